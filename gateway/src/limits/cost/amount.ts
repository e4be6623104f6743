/** The variables of a request, as they were sent. */
export type Variables = Readonly<Record<string, unknown>>;

/** A number that is known with the document, or one that each request's variables decide. */
export type Amount = number | ((variables: Variables) => number);

/** Reads an amount for one request. */
export const amountFor = (amount: Amount, variables: Variables): number =>
  typeof amount === 'number' ? amount : amount(variables);

const combined =
  (combine: (a: number, b: number) => number) =>
  (a: Amount, b: Amount): Amount =>
    typeof a === 'number' && typeof b === 'number'
      ? combine(a, b)
      : (variables) => combine(amountFor(a, variables), amountFor(b, variables));

export const plus = combined((a, b) => a + b);
export const times = combined((a, b) => a * b);
export const larger = combined(Math.max);
