import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql';
import type { SubscribeRequest } from '../identity/index.js';

/** The gateway sends few documents, each for thousands of viewers. */
const DOCUMENTS_KEPT = 500;

type Checked<T> = T | readonly GraphQLError[];

/** Checks what a `subscribe` message asks for, as Apollo Server does over HTTP; documents are checked once. */
export function openOperations(schema: GraphQLSchema) {
  const documents = new Map<string, DocumentNode>();

  function documentOf(query: string): Checked<DocumentNode> {
    const known = documents.get(query);
    if (known) return known;
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      return [mistake('GRAPHQL_PARSE_FAILED', (error as Error).message)];
    }
    const errors = validate(schema, document);
    if (errors.length > 0) return errors.map(({ message }) => mistake('GRAPHQL_VALIDATION_FAILED', message));
    const [oldest] = documents.keys();
    if (documents.size >= DOCUMENTS_KEPT && oldest !== undefined) documents.delete(oldest);
    documents.set(query, document);
    return document;
  }

  /** What is to be executed, or what is wrong with it. */
  return ({
    query,
    variables,
    operationName,
  }: SubscribeRequest): Checked<Omit<ExecutionArgs, 'contextValue'>> => {
    const document = documentOf(query);
    if (isRefused(document)) return document;
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION)
      return [mistake('BAD_USER_INPUT', 'Name one subscription; queries and mutations go over HTTP.')];
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
    if (errors) return errors.map(({ message }) => mistake('BAD_USER_INPUT', message));
    return { schema, document, operationName, variableValues: variables };
  };
}

export const isRefused = (checked: object): checked is readonly GraphQLError[] => Array.isArray(checked);

const mistake = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });
