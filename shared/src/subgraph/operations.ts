import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  OperationTypeNode,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql';
import type { SubscribeRequest } from '../identity/index.js';
import type { Prepare } from './documents.js';

type Checked<T> = T | readonly GraphQLError[];

/** Checks what a `subscribe` message asks for, as is done over HTTP. */
export function openOperations(schema: GraphQLSchema, prepare: Prepare) {
  /** What is to be executed, or what is wrong with it. */
  return ({
    query,
    variables,
    operationName,
  }: SubscribeRequest): Checked<Omit<ExecutionArgs, 'contextValue'>> => {
    const prepared = prepare(query);
    if (!prepared.ok) return prepared.errors;
    const operation = getOperationAST(prepared.document, operationName);
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION)
      return [mistake('BAD_USER_INPUT', 'Name one subscription; queries and mutations go over HTTP.')];
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
    if (errors) return errors.map(({ message }) => mistake('BAD_USER_INPUT', message));
    return { schema, document: prepared.document, operationName, variableValues: variables };
  };
}

export const isRefused = (checked: object): checked is readonly GraphQLError[] => Array.isArray(checked);

const mistake = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });
