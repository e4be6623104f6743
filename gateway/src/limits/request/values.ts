import type { GraphQLError } from 'graphql';
import { overLimit } from '../over-limit.js';
import type { DocumentLimits } from '../settings.js';

/** Refuses variables with a list that is too long, or values too deep within one another. */
export function refusalOfValues(
  variables: Readonly<Record<string, unknown>>,
  limits: DocumentLimits,
): GraphQLError | undefined {
  for (const name in variables) {
    const value = variables[name];
    const refusal = typeof value === 'object' && value !== null && refusalOfValue(value, 1, limits);
    if (refusal) return refusal;
  }
  return undefined;
}

/** Calls itself no deeper than the limit, however deep the value is. */
function refusalOfValue(value: object, depth: number, limits: DocumentLimits): GraphQLError | undefined {
  if (depth > limits.QUERY_VALUE_DEPTH) {
    return overLimit('values within values', depth, limits.QUERY_VALUE_DEPTH);
  }
  if (Array.isArray(value) && value.length > limits.QUERY_LIST) {
    return overLimit('entries of a list', value.length, limits.QUERY_LIST);
  }
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    const refusal = typeof inner === 'object' && inner !== null && refusalOfValue(inner, depth + 1, limits);
    if (refusal) return refusal;
  }
  return undefined;
}
