import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** Turns whatever went wrong into what a client may see. */
export type ToClient = (errors: readonly unknown[], requestId: string) => GraphQLFormattedError[];

/** @param format what answers to queries go through. */
export const toClientBy =
  (format: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError): ToClient =>
  (errors, requestId) =>
    errors.map((thrown) => {
      const error = asGraphQLError(thrown);
      error.extensions.requestId ??= requestId;
      const formatted = error.toJSON();
      const extensions = { code: 'INTERNAL_SERVER_ERROR', ...error.extensions };
      return format({ ...formatted, extensions }, error);
    });

function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  if (isFormatted(thrown)) return new GraphQLError(thrown.message, thrown);
  const originalError = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new GraphQLError(originalError.message, { originalError });
}

/** As they come from a subgraph, read from JSON. */
const isFormatted = (thrown: unknown): thrown is GraphQLFormattedError =>
  typeof thrown === 'object' &&
  thrown !== null &&
  !(thrown instanceof Error) &&
  'message' in thrown &&
  typeof thrown.message === 'string';

/** The connection has as many operations as it may have. */
export const tooMany = (limit: number): GraphQLFormattedError => ({
  message: `${limit} operations are in flight on this connection already. End one, or open another connection.`,
  extensions: { code: 'RATE_LIMITED' },
});

/** The client has as many subscriptions as it may have, over all of its connections. */
export const tooManySubscriptions = (limit: number) =>
  new GraphQLError(`${limit} subscriptions of yours are open already. End one before you begin another.`, {
    extensions: { code: 'RATE_LIMITED' },
  });

/** In the words in which a body over the limit is refused. */
export const tooLarge = (limit: number): GraphQLFormattedError => ({
  message: `a message of more than ${limit} bytes`,
  extensions: { code: 'PAYLOAD_TOO_LARGE' },
});
