import type { Identity } from '@stampede/shared/identity';

/** As whom a connection speaks, and until when. */
export interface Credential {
  identity: Identity;
  /** Milliseconds since 1970; an anonymous one does not end. */
  endsAt?: number | undefined;
  /** Aborted when what it rests on is taken back before that. */
  ended?: AbortSignal | undefined;
}

/** Longer timers fire at once in Node. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `then` once, when the credential ends; the returned function takes that back. */
export function whenEnded({ endsAt, ended }: Credential, then: () => void): () => void {
  const timer =
    endsAt === undefined ? undefined : setTimeout(end, Math.min(endsAt - Date.now(), LONGEST_TIMER_MS));
  ended?.addEventListener('abort', end, { once: true });
  if (ended?.aborted) end();

  function end(): void {
    forget();
    then();
  }

  function forget(): void {
    clearTimeout(timer);
    ended?.removeEventListener('abort', end);
  }

  return forget;
}
