import { maskErrors } from '@stampede/shared/errors';
import type { Log } from '@stampede/shared/telemetry';
import type { GraphQLFormattedError } from 'graphql';

type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/** What a client sees of an error: masked, in production without suggestions, and with the documented fields. */
export function formatErrorFor(production: boolean, log: Log): FormatError {
  const mask = maskErrors(log);
  return (formatted, error) => {
    const masked = mask(formatted, error);
    return withFields(production ? withoutSuggestion(masked) : masked);
  };
}

const SUGGESTION = 'Did you mean ';

/** Names of fields and enum values that a guess did not hit would spell out the schema, as introspection does. */
function withoutSuggestion(error: GraphQLFormattedError): GraphQLFormattedError {
  const { message } = error;
  // No regular expression: the message may quote a client's value of any length, which may say the same, often.
  const begin = message.endsWith('?') ? message.lastIndexOf(SUGGESTION) : -1;
  return begin < 0 ? error : { ...error, message: message.slice(0, begin).trimEnd() };
}

/** GraphQL's own refusals of input say where in words only; clients are promised `extensions.fields`. */
function withFields(error: GraphQLFormattedError): GraphQLFormattedError {
  const { message, extensions } = error;
  if (extensions?.code !== 'BAD_USER_INPUT' || extensions.fields !== undefined) return error;
  return { ...error, extensions: { ...extensions, fields: [{ path: placeOf(message), message }] } };
}

/** graphql-js: `Variable "$input" got invalid value … at "input.lines[0].quantity"; …`. */
function placeOf(message: string): string {
  const variable = /^Variable "\$(\w+)"/.exec(message)?.[1];
  if (variable === undefined) return 'request';
  return / at "(\w[\w.[\]]*)"; /.exec(message)?.[1] ?? variable;
}
