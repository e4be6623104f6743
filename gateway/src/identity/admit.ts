import { serviceUnavailable, unauthenticated } from '@stampede/shared/errors';
import type { Identity } from '@stampede/shared/identity';
import type { GraphQLError } from 'graphql';
import type { EndedSessions } from './ended/ended-sessions.js';

/** Why an operation is not executed; undefined when it may be. */
export type Admit = (identity: Identity, operation: string) => GraphQLError | undefined;

/**
 * Looks at a session once more before anything is executed: it may have ended while the body was on its way, or
 * since the socket was opened. While nobody knows whether it has, it changes nothing.
 */
export const openAdmit =
  (sessions: Pick<EndedSessions, 'has' | 'problem'>): Admit =>
  (identity, operation) => {
    if (identity.kind !== 'user') return undefined;
    if (sessions.has(identity.sessionId)) return unauthenticated('The session has ended. Sign in again.');
    if (operation === 'mutation' && sessions.problem() !== undefined) return serviceUnavailable();
    return undefined;
  };
