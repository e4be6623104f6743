import type { Identity } from '@stampede/shared/identity';
import type { WatchEnd } from '../identity/ended/ended-sessions.js';

/** As whom a connection speaks, and until when. */
export interface Credential {
  identity: Identity;
  /** Milliseconds since 1970; an anonymous one does not end. */
  endsAt?: number | undefined;
  /** Tells when the session is ended before that. */
  watchEnd?: WatchEnd | undefined;
}

/** Longer timers fire at once in Node. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `then` once, when the credential ends; the returned function takes that back. */
export function whenEnded({ identity, endsAt, watchEnd }: Credential, then: () => void): () => void {
  const timer =
    endsAt === undefined ? undefined : setTimeout(end, Math.min(endsAt - Date.now(), LONGEST_TIMER_MS));
  let unwatch: (() => void) | undefined;
  unwatch = watchEnd?.(identity, end);

  function end(): void {
    forget();
    then();
  }

  function forget(): void {
    clearTimeout(timer);
    unwatch?.();
  }

  return forget;
}
