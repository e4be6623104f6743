import { GraphQLError } from 'graphql';

/** Where in the input the mistake is, and what a person can do about it. */
export interface FieldProblem {
  path: string;
  message: string;
}

const mistake = (code: string, message: string, extensions: Record<string, unknown> = {}) =>
  new GraphQLError(message, { extensions: { code, ...extensions } });

/** Nobody is signed in, or the token is not (or no longer) valid. */
export const unauthenticated = (message = 'Sign in first.') => mistake('UNAUTHENTICATED', message);

/** Signed in, but not in a role that may do this. */
export const forbidden = (message = 'Your role does not allow this.') => mistake('FORBIDDEN', message);

/** There is no such thing, or it is somebody else's: the answer is the same for both. */
export const notFound = (what: string) => mistake('NOT_FOUND', `There is no such ${what}.`);

/** The input breaks a rule; `extensions.fields` says where. */
export const badInput = (...fields: FieldProblem[]) =>
  mistake('BAD_USER_INPUT', fields.map((field) => `${field.path}: ${field.message}`).join(' '), { fields });

/** The idempotency key has been used for something else. */
export const conflict = (message: string) => mistake('IDEMPOTENCY_CONFLICT', message);

/** A part that is needed is away; the caller may come again after `retryAfterMs`. */
export const serviceUnavailable = (retryAfterMs = 1_000) =>
  mistake('SERVICE_UNAVAILABLE', 'This is not available at the moment. Please try again shortly.', {
    retryAfterMs,
  });

/** Too often, by this person or from this address; the caller may come again after `retryAfterMs`. */
export const rateLimited = (retryAfterMs: number) =>
  mistake('RATE_LIMITED', 'That was too often. Please try again later.', {
    retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)),
  });
