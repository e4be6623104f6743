import { computeResponse } from '@apollo/gateway/dist/resultShaping.js';
import { getVariableValues, type GraphQLError, type OperationTypeNode } from 'graphql';
import type { GatewayContext } from '../graphql/context.js';
import { nameRequestSpan } from '../graphql/request-spans.js';
import type { Admit } from '../identity/admit.js';
import type { Rates } from '../rates/rates.js';
import type { SubgraphAnswer } from '../upstream/answer.js';
import type { SubgraphSource } from '../upstream/subgraph-source.js';
import type { KnownOperations, SingleFetch } from './known-operations.js';

type Variables = Record<string, unknown>;

export interface SingleFetchAnswer {
  operation: OperationTypeNode;
  /** The root field that it asks for, or `several`. */
  field: string;
  /** The body of the answer. */
  text: string;
}

/** It was not asked for, since its client asks too often. */
export interface SingleFetchRefusal {
  refusal: GraphQLError;
}

/**
 * Answers what one subgraph can answer alone, without Apollo Server and the executor of plans: they are three
 * quarters of what the gateway costs for such a request, and in the second in which a sale opens nearly all are.
 *
 * Only the first request of a text is parsed, validated and planned, on the long way, with every limit that there is.
 * And only the good answer is given here. Variables that do not fit, and an answer with errors or without something
 * that it owes, go the long way too, which finds the subgraph's answer in `context.fetched` and asks nothing again.
 *
 * @returns undefined when the request has to go the long way.
 */
export type AnswerSingleFetch = (
  body: unknown,
  context: GatewayContext,
) => Promise<SingleFetchAnswer | SingleFetchRefusal | undefined>;

export interface SingleFetchesOptions {
  known: KnownOperations;
  sourceOf: (subgraph: string) => SubgraphSource;
  admit: Admit;
  rates: Rates;
}

export function openSingleFetches(options: SingleFetchesOptions): AnswerSingleFetch {
  const { known, sourceOf, admit, rates } = options;
  return async (sent, context) => {
    const request = requestOf(sent);
    const single = request && known.recall(request.query, request.operationName);
    if (!single || admit(context.identity, single.definition.operation)) return undefined;
    const refusal = rates.refuse(single.charge, context);
    if (refusal) return { refusal };
    context.counted = true;
    if (single.refusalOf(request.variables) || !fits(single, request.variables)) return undefined;
    nameRequestSpan(single.definition);
    const subgraph = single.service;
    const { head, tail, goesWith } = single;
    const variables = usedOf(single, request.variables);
    const body = `${head}${variables}${tail}`;
    const source = sourceOf(subgraph);
    const answer = goesWith
      ? source.askTogether({ head, variables, tail, goesWith }, context)
      : source.ask(body, context);
    context.fetched = { subgraph, body, answer };
    const data = await answer.then(
      (good) => shape(single, request.variables, good),
      // It is thrown again to whoever goes the long way.
      () => undefined,
    );
    const { definition, field } = single;
    return data && { operation: definition.operation, field, text: `${JSON.stringify({ data })}\n` };
  };
}

/** The plain form of a request (GraphQL over HTTP); any other is for Apollo Server to read or to refuse. */
function requestOf(body: unknown) {
  if (typeof body !== 'object' || body === null) return undefined;
  const { query, operationName, variables, extensions } = body as Variables;
  if (extensions != null && (typeof extensions !== 'object' || 'persistedQuery' in extensions))
    return undefined;
  if (typeof query !== 'string') return undefined;
  if (operationName != null && (typeof operationName !== 'string' || operationName === '')) return undefined;
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) return undefined;
  return { query, operationName: operationName ?? undefined, variables: (variables ?? {}) as Variables };
}

function fits({ schema, definition }: SingleFetch, variables: Variables): boolean {
  const declared = definition.variableDefinitions ?? [];
  const { errors } = getVariableValues(schema, declared, variables, { maxErrors: 1 });
  return errors === undefined;
}

/** The variables that the subgraph needs, written as the executor of plans would write them. */
function usedOf({ usages }: SingleFetch, variables: Variables): string {
  const used = Object.create(null) as Variables;
  for (const name of usages) if (Object.hasOwn(variables, name)) used[name] = variables[name];
  return JSON.stringify(used);
}

/** The data by the client's selections; undefined unless it is all there. */
function shape({ operation }: SingleFetch, variables: Variables, answer: SubgraphAnswer): object | undefined {
  if (answer.errors || !answer.data) return undefined;
  const { data, errors } = computeResponse({
    operation,
    variables,
    input: answer.data,
    introspectionHandling: () => {
      throw new Error('an introspection is never one of these');
    },
  });
  return errors.length === 0 && data ? data : undefined;
}
