import { MAX_PAGE } from '@stampede/shared/graphql';
import { z } from 'zod';

const limit = () => z.coerce.number().int().min(1);

/** What a document and its variables may be at most; see docs/limits.md. */
export const documentLimits = {
  /** Words and signs of a document. */
  QUERY_TOKENS: limit().default(4_000),
  /** Fields within fields. */
  QUERY_DEPTH: limit().default(16),
  /** Fields of all operations, each fragment counted wherever it is spread. */
  QUERY_FIELDS: limit().default(500),
  QUERY_ROOT_FIELDS: limit().default(30),
  /** Of a mutation: each is planned, and done, by itself. */
  QUERY_MUTATION_FIELDS: limit().default(5),
  /** Names under which a document asks for one and the same field. */
  QUERY_ALIASES: limit().default(50),
  QUERY_DIRECTIVES: limit().default(20),
  /** Directives of one field, fragment, operation or variable. */
  QUERY_NODE_DIRECTIVES: limit().default(4),
  QUERY_FRAGMENTS: limit().default(50),
  /** Entries of one list among the arguments, in literals and in variables. */
  QUERY_LIST: limit().default(1_000),
  /** Lists and input objects within one another, in literals and in variables. */
  QUERY_VALUE_DEPTH: limit().default(10),
  /** What a page may be asked to have. */
  QUERY_PAGE: limit().default(MAX_PAGE),
  /** What an operation may cost, by the weights in the supergraph. */
  QUERY_COST: limit().default(25_000),
};

export type DocumentLimits = Record<keyof typeof documentLimits, number>;
