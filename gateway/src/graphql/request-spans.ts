import type { ApolloServerPlugin } from '@apollo/server';
import { spanNameOf } from '@stampede/shared/subgraph';
import {
  annotate,
  currentSpan,
  failSpan,
  inEntrySpan,
  isSampled,
  traceparent,
  tracer,
  withRequestId,
} from '@stampede/shared/telemetry';
import type { OperationDefinitionNode } from 'graphql';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayContext } from './context.js';

/**
 * Answers a request under its id and, where the process traces, in a span. A client's `traceparent` is gone on with, so
 * that its own tracing shows the whole; whether the trace is sampled is decided here alone.
 */
export async function inRequestSpan(
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<void>,
): Promise<void> {
  const { method = 'GET', headers } = request;
  const attributes = { 'http.request.method': method, 'url.path': '/graphql' };
  await inOperation(requestId, { attributes, traceparent: headers.traceparent }, async () => {
    const id = sampledTraceId();
    if (id !== undefined) response.setHeader('x-trace-id', id);
    await answer();
    annotate({ 'http.response.status_code': response.statusCode });
  });
}

/** As {@link inRequestSpan}, of an operation over a connection that stays. */
export function inOperation<T>(
  requestId: string,
  from: { attributes: Record<string, string>; traceparent?: string | string[] | undefined },
  work: () => Promise<T>,
): Promise<T> {
  if (tracer() === undefined) return withRequestId(requestId, work);
  const { traceparent: sent } = from;
  return inEntrySpan(
    {
      name: 'GraphQL',
      kind: 'server',
      attributes: { ...from.attributes, 'stampede.request.id': requestId },
      traceparent: typeof sent === 'string' ? sent : undefined,
      isPublic: true,
      requestId,
    },
    work,
  );
}

function sampledTraceId(): string | undefined {
  return isSampled(currentSpan()) ? traceparent()?.slice(3, 35) : undefined;
}

/** Names the running request's span, once the document has passed: what it names then is of the schema. */
export function nameRequestSpan(operation: OperationDefinitionNode): void {
  currentSpan()?.updateName(spanNameOf(operation));
}

/** What is no client's mistake: by it, a trace is found as one that failed. */
const OURS = new Set(['INTERNAL', 'SERVICE_UNAVAILABLE']);

/** Names the spans of requests that go the long way, and says what became of them. */
export const requestSpans: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation }) => {
        if (operation) nameRequestSpan(operation);
        return Promise.resolve();
      },
      willSendResponse: ({ response: { body } }) => {
        const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
        const code = errors?.[0] && String(errors[0].extensions?.code);
        if (code !== undefined) annotate({ 'stampede.outcome': code });
        if (code !== undefined && OURS.has(code)) failSpan(code);
        return Promise.resolve();
      },
    }),
};
