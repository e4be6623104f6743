import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { rootFieldOf } from './root-field.js';

export type Prepared =
  { ok: true; document: DocumentNode; field: string } | { ok: false; errors: readonly GraphQLError[] };

/** A document that fits the schema, or why it does not. */
export type Prepare = (query: string) => Prepared;

/** The gateway's plans are some hundred texts; a flood of others only costs that they are parsed again. */
const REMEMBERED = 1_000;
const LONGEST = 20_000;

const rules = [...specifiedRules, NoSchemaIntrospectionCustomRule];

/** Parses and validates each document once. */
export function openDocuments(schema: GraphQLSchema): Prepare {
  const known = new Map<string, Prepared>();
  return (query) => {
    const before = known.get(query);
    if (before) return before;
    const prepared = check(schema, query);
    if (!prepared.ok || query.length > LONGEST) return prepared;
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= REMEMBERED) known.delete(oldest);
    known.set(query, prepared);
    return prepared;
  };
}

function check(schema: GraphQLSchema, query: string): Prepared {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { ok: false, errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
  }
  const errors = validate(schema, document, rules);
  if (errors.length === 0) return { ok: true, document, field: rootFieldOf(document) };
  return { ok: false, errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
}

/** The same error, with the code by which the API calls it. */
export const withCode = (error: GraphQLError, code: string) =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    originalError: error.originalError,
    extensions: { ...error.extensions, code },
  });
