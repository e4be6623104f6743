/**
 * `amount * part / whole`, rounded down; 0 of nothing. Exact for every safe integer, of which a product is none.
 *
 * @param whole not less than `part`.
 */
export const proportion = (amount: number, part: number, whole: number): number =>
  whole === 0 ? 0 : Number((BigInt(amount) * BigInt(part)) / BigInt(whole));

/**
 * Shares an amount out in proportion to the weights, by cumulative rounding: the shares add up to the amount, and
 * each is less than one won away from its proportion.
 *
 * @param weights they add up to the amount or more, or to 0 when it is 0.
 */
export function shareOut(amount: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let weighed = 0;
  let given = 0;
  return weights.map((weight) => {
    weighed += weight;
    const before = given;
    given = proportion(amount, weighed, whole);
    return given - before;
  });
}
