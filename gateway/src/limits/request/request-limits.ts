import { badInput } from '@stampede/shared/errors';
import type { GraphQLError } from 'graphql';
import { amountFor, type Variables } from '../cost/amount.js';
import { priceOf, type Priced } from '../cost/price.js';
import { overLimit } from '../over-limit.js';
import type { DocumentLimits } from '../settings.js';
import { refusalOfValues } from './values.js';

/** Says what one request of an operation is refused for, by its variables as they were sent. */
export type RefusalOf = (variables: Variables) => GraphQLError | undefined;

/**
 * Prices an operation once, and says what has to be asked of each request. An operation whose lists are sized by
 * literals costs the same whatever is sent with it.
 *
 * @param priced is valid, and within the limits of documents.
 */
export function openRequestLimits(priced: Priced, limits: DocumentLimits): RefusalOf {
  const { cost, slices } = priceOf(priced);
  const isSettled = [cost, ...slices.map(({ size }) => size)].every((amount) => typeof amount === 'number');

  function refusalOfPrice(variables: Variables): GraphQLError | undefined {
    const page = slices.find(({ size }) => amountFor(size, variables) > limits.QUERY_PAGE);
    if (page) return badInput({ path: page.argument, message: `is 0 to ${limits.QUERY_PAGE}.` });
    const found = amountFor(cost, variables);
    return found > limits.QUERY_COST ? overLimit('cost', found, limits.QUERY_COST) : undefined;
  }

  const isDear = isSettled && refusalOfPrice({}) !== undefined;
  return (variables) =>
    refusalOfValues(variables, limits) ?? (isSettled && !isDear ? undefined : refusalOfPrice(variables));
}
