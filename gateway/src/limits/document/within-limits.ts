import { GraphQLError, type DocumentNode, type ValidationRule } from 'graphql';
import { overLimit } from '../over-limit.js';
import type { DocumentLimits } from '../settings.js';
import { measure } from './measure.js';

/**
 * A validation rule: a document is no larger than `limits`. Its refusal is the only one: the other rules are given an
 * empty document in place of this one, since some take the square of its size.
 */
export const withinLimits =
  (limits: DocumentLimits): ValidationRule =>
  (context) => ({
    Document: {
      enter: (document) => {
        const refusal = refusalOf(document, limits);
        if (!refusal) return undefined;
        context.reportError(refusal);
        return { ...document, definitions: [] };
      },
    },
  });

/** What a document is refused for, if it is over a limit. */
export function refusalOf(document: DocumentNode, limits: DocumentLimits): GraphQLError | undefined {
  const found = measure(document);
  if (found.endless) return new GraphQLError('A fragment of the document spreads itself.');
  const measures: [limit: string, found: number, allowed: number][] = [
    ['fragments', found.fragments, limits.QUERY_FRAGMENTS],
    ['fields (with fragments spread out)', found.fields, limits.QUERY_FIELDS],
    ['root fields', found.rootFields, limits.QUERY_ROOT_FIELDS],
    ['root fields of a mutation', found.mutationFields, limits.QUERY_MUTATION_FIELDS],
    ['depth', found.depth, limits.QUERY_DEPTH],
    ['aliases of one field', found.aliases, limits.QUERY_ALIASES],
    ['directives', found.directives, limits.QUERY_DIRECTIVES],
    ['directives of one node', found.nodeDirectives, limits.QUERY_NODE_DIRECTIVES],
    ['entries of a list', found.list, limits.QUERY_LIST],
    ['values within values', found.valueDepth, limits.QUERY_VALUE_DEPTH],
  ];
  const over = measures.find(([, has, allowed]) => has > allowed);
  return over && overLimit(...over);
}
