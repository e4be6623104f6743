import { GraphQLError } from 'graphql';

/** Counts stop here: what doubles with every fragment soon has no name for its number. */
export const UNCOUNTABLE = 1_000_000;

/** Refuses what is over a limit, by its name and both numbers, and without a word of the document. */
export const overLimit = (limit: string, found: number, allowed: number): GraphQLError =>
  new GraphQLError(
    `Over the limit of ${limit}: ${found >= UNCOUNTABLE ? `${UNCOUNTABLE} or more` : Math.ceil(found)} found, at most ${allowed} allowed.`,
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  );
