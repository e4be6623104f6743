import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Log } from '../telemetry/index.js';
import { serviceUnavailable } from './caller-errors.js';
import { Unavailable, isUnavailable } from './unavailable.js';

/** The codes that a client may see; the API documents them. Everything else becomes INTERNAL. */
const PUBLIC_CODES = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
  'RATE_LIMITED',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'SERVICE_UNAVAILABLE',
]);

/** Apollo Server's own names for what the API calls by another. */
const RENAMED: Record<string, string> = {
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_USER_INPUT',
};

/**
 * Turns an error into what a client may see; it has the form of an Apollo Server `formatError`. What nobody expected
 * is logged once, here, under the id in `extensions.requestId`, and answered as INTERNAL with that id; what a missing
 * server caused is answered as SERVICE_UNAVAILABLE.
 */
export function maskErrors(log: Log) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { message, locations, path, extensions = {} } = formatted;
    const at = { ...(locations && { locations }), ...(path && { path }) };
    const code = RENAMED[String(extensions.code)] ?? String(extensions.code);
    const requestId = typeof extensions.requestId === 'string' ? extensions.requestId : undefined;
    if (PUBLIC_CODES.has(code)) return { message, ...at, extensions: publicExtensions(extensions, code) };

    const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
    if (isUnavailable(cause)) {
      log.warn({ requestId, err: cause, path }, 'a server that a request needed is away');
      const answer = serviceUnavailable(cause instanceof Unavailable ? cause.retryAfterMs : undefined);
      return { message: answer.message, ...at, extensions: { ...answer.extensions } };
    }
    // A subgraph's INTERNAL has been logged there, under the same request id.
    if (code !== 'INTERNAL') log.error({ requestId, err: cause, path }, 'a request failed unexpectedly');
    return {
      message: 'Something went wrong on our side.',
      ...at,
      extensions: { code: 'INTERNAL', requestId },
    };
  };
}

function publicExtensions(extensions: Record<string, unknown>, code: string): Record<string, unknown> {
  const { fields, retryAfterMs } = extensions;
  return {
    code,
    ...(fields !== undefined && { fields }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}
