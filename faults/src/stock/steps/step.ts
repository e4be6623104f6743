import fc, { type AsyncCommand } from 'fast-check';
import type { History } from '../model/history.js';
import type { ProductUnderTest } from '../product-under-test.js';

/** Something that happens to a product. */
export type Step = AsyncCommand<History, ProductUnderTest>;

/** A step with its name and numbers, as a failure tells it. */
export function step<T extends object>(
  name: string,
  numbers: T,
  run: (numbers: T, history: History, product: ProductUnderTest) => Promise<void>,
  can: (history: Readonly<History>, numbers: T) => boolean = () => true,
): Step {
  return {
    check: (history) => can(history, numbers),
    run: (history, product) => run(numbers, history, product),
    toString: () => `${name}(${JSON.stringify(numbers)})`,
  };
}

/** Mostly the first: what is out of the ordinary is met on the way of something ordinary. */
export const often = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
