import { getOperationAST, OperationTypeNode, type FormattedExecutionResult } from 'graphql';
import { ANONYMOUS, type Identity } from '../identity/index.js';
import { withRequestId } from '../telemetry/index.js';
import type { SubgraphContext } from './context.js';
import type { Executor } from './executor.js';

/** Requests that one question may answer. */
export const MOST_READS_TOGETHER = 64;

/**
 * How the gateway asks for the same query on behalf of many requests at once: `variables` has those of each, and
 * `requestIds` their names for the logs, in the same order. The answer is a list of results in that order.
 */
export interface SharedReads {
  query: string;
  operationName?: string;
  variables: Record<string, unknown>[];
  requestIds: string[];
}

/** By its list of variables, which no single request has; what else is wrong with it is said when it is answered. */
export const isSharedReads = (request: unknown): request is SharedReads =>
  Array.isArray((Object(request) as Partial<SharedReads>).variables);

/**
 * Why shared reads are refused, if they are: only the gateway may send them, and nothing but queries. Whoever
 * could send a mutation so would have it happen as nobody.
 */
export function refusalOf(
  { query, operationName, variables, requestIds }: SharedReads,
  identity: Identity,
  { prepare }: Pick<Executor<SubgraphContext>, 'prepare'>,
): string | undefined {
  if (identity.kind !== 'service' || identity.service !== 'gateway') return 'Only the gateway asks for many.';
  const fits =
    typeof query === 'string' &&
    Array.isArray(requestIds) &&
    requestIds.every((id) => typeof id === 'string') &&
    requestIds.length === variables.length &&
    variables.length >= 1 &&
    variables.length <= MOST_READS_TOGETHER;
  if (!fits) return `It names 1 to ${MOST_READS_TOGETHER} requests, and the variables of each.`;
  const prepared = prepare(query);
  // A document that does not fit the schema is refused as that of a single request is, to each of them.
  const operation = prepared.ok ? getOperationAST(prepared.document, operationName) : undefined;
  if (operation && operation.operation !== OperationTypeNode.QUERY) return 'Only queries are asked for many.';
  return undefined;
}

/**
 * Answers each request as if nobody in particular had asked: what is not the same for everybody is not answered.
 * They are executed in one tick, so that loaders read for all of them together.
 */
export const answerSharedReads = (
  { query, operationName, variables, requestIds }: SharedReads,
  executor: Pick<Executor<SubgraphContext>, 'execute'>,
): Promise<FormattedExecutionResult[]> =>
  Promise.all(
    requestIds.map((requestId, index) =>
      withRequestId(requestId, () =>
        executor.execute(
          { query, operationName, variables: variables[index] },
          { identity: ANONYMOUS, requestId },
        ),
      ),
    ),
  );
