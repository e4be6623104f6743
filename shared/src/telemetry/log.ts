import { pino, type DestinationStream, type Logger } from 'pino';
import { currentWork } from './request-context.js';
import { describeError } from './log/describe-error.js';
import { boundFloods } from './log/flood.js';
import { REDACTED } from './log/redacted.js';
import { withoutPrivate } from './log/without-private.js';
import { isSampled } from './tracing/spans.js';

export type Log = Logger;

/**
 * One JSON line per event on stdout, named by the service, with the id of the request that it is about and, where that
 * is sampled, of its trace. Nothing personal and no token is ever logged: errors are told by {@link describeError}.
 *
 * @param to stdout unless given.
 */
export function openLog(service: string, level: string, to?: DestinationStream): Log {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: ofCurrentWork,
    serializers: { err: describeError },
    formatters: { log: withoutPrivateTexts },
    redact: { paths: REDACTED, remove: true },
    hooks: { logMethod: boundFloods() },
  };
  return to ? pino(options, to) : pino(options);
}

/** Reasons and causes are often what somebody else has answered, and may quote what it was sent. */
const withoutPrivateTexts = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? withoutPrivate(value) : value,
    ]),
  );

/** Asked only when a line is written. */
function ofCurrentWork(): object {
  const { requestId, span } = currentWork() ?? {};
  if (requestId === undefined) return {};
  if (!isSampled(span)) return { requestId };
  const { traceId, spanId } = span.spanContext();
  return { requestId, traceId, spanId };
}
