import {
  inEntrySpan,
  inSpan,
  traceparent,
  tracer,
  withRequestId,
  withTraceparent,
} from '../telemetry/index.js';
import type { MessageMeta } from './handler.js';
import type { OutboxRow, Readable } from './wire.js';

/**
 * Publishes a row of the outbox in a span of the trace that it came of, which goes on from there. Without a trace the
 * row stays as it is, and the message begins one where it is handled.
 */
export function inPublishSpan<T>(
  namespace: string,
  row: OutboxRow,
  publish: (row: OutboxRow) => Promise<T>,
): Promise<T> {
  if (tracer() === undefined || row.traceparent === null) return publish(row);
  const attributes = {
    'messaging.system': 'rabbitmq',
    'messaging.operation.type': 'send',
    'messaging.operation.name': 'publish',
    'messaging.destination.name': row.queue ?? namespace,
    'messaging.rabbitmq.destination.routing_key': row.routingKey,
    'messaging.message.id': row.messageId,
    'stampede.outbox.waited_ms': Date.now() - row.createdAt.getTime(),
  };
  return withTraceparent(row.traceparent, () =>
    inSpan(`publish ${row.routingKey}`, 'producer', attributes, () =>
      publish({ ...row, traceparent: traceparent() ?? row.traceparent }),
    ),
  );
}

/** Handles a message in a span of its trace; what is told of it carries that span on. Waiting for a turn is part of it. */
export function inProcessSpan<T>(
  queue: string,
  incoming: Readable,
  handle: (incoming: Readable) => Promise<T>,
): Promise<T> {
  if (tracer() === undefined) return handle(incoming);
  const { meta } = incoming;
  const attributes = {
    'messaging.system': 'rabbitmq',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': queue,
    'messaging.message.id': meta.messageId,
    'stampede.message.attempts': meta.attempts,
    ...orderOf(incoming.body),
  };
  const name = `process ${queue.slice(queue.indexOf('.') + 1)}`;
  const { requestId } = meta;
  return inEntrySpan({ name, kind: 'consumer', attributes, requestId, traceparent: meta.traceparent }, () => {
    const own = traceparent();
    return handle({ ...incoming, meta: { ...meta, ...(own !== undefined && { traceparent: own }) } });
  });
}

/** Runs `work` for the request that a message came of, and in its trace. */
export const inOriginOf = <T>({ requestId, traceparent: own }: MessageMeta, work: () => T): T =>
  withRequestId(requestId, () => withTraceparent(own, work));

/** By it, the traces of one order's requests are found. */
function orderOf(body: unknown): { 'stampede.order.id'?: string } {
  const { orderId } = Object(body) as { orderId?: unknown };
  return typeof orderId === 'string' ? { 'stampede.order.id': orderId } : {};
}
