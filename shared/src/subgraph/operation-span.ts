import { getOperationAST, Kind, type OperationDefinitionNode } from 'graphql';
import type { IncomingMessage } from 'node:http';
import { inEntrySpan, tracer, workFor } from '../telemetry/index.js';
import type { GraphqlRequest } from './executor.js';
import type { Prepare } from './documents.js';

/** `query product`, `mutation checkout +1`: the first field by the schema's name, and how many more there are. */
export function spanNameOf({ operation, selectionSet: { selections } }: OperationDefinitionNode): string {
  const [first] = selections;
  const field = first?.kind === Kind.FIELD ? first.name.value : 'fragment';
  return `${operation} ${field}${selections.length > 1 ? ` +${selections.length - 1}` : ''}`;
}

export interface TracedOperation {
  requestId: string;
  /** As `Work` has it; undefined for what is asked for several at once, each of whom may wait for longer. */
  deadline?: number;
  asked: unknown;
  prepare: Prepare;
}

/**
 * Answers a request whose signature has been checked, in a span that goes on with the trace of who asks. So that header
 * is trusted as its sender is, and decides nothing but where the span is shown; it need not be signed.
 */
export function inOperationSpan<T>(
  { headers }: IncomingMessage,
  { requestId, deadline, asked, prepare }: TracedOperation,
  work: () => T,
): T {
  if (tracer() === undefined) return workFor({ requestId, span: undefined, deadline }, work);
  const { traceparent } = headers;
  return inEntrySpan(
    {
      name: nameOf(asked, prepare),
      kind: 'server',
      attributes: { 'http.request.method': 'POST', 'url.path': '/graphql', 'stampede.request.id': requestId },
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      requestId,
      deadline,
    },
    work,
  );
}

/** Of a document that is no good, the executor says why. */
function nameOf(asked: unknown, prepare: Prepare): string {
  const { query, operationName } = Object(asked) as Partial<GraphqlRequest>;
  const prepared = typeof query === 'string' ? prepare(query) : undefined;
  const name = typeof operationName === 'string' ? operationName : null;
  const operation = prepared?.ok ? getOperationAST(prepared.document, name) : undefined;
  return operation ? spanNameOf(operation) : 'refused';
}
