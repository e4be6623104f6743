import {
  ENDED_MATTERS_MS,
  ENDED_SESSIONS_BODY,
  ENDED_SESSIONS_PATH,
  IDENTITY_HEADER,
  openRecentIds,
  readEndedSessions,
  signIdentity,
  type Identity,
} from '@stampede/shared/identity';
import type { Replicas } from '@stampede/shared/spread';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import { keepLines } from './keep-lines.js';
import { watchSilence } from './silence.js';
import { openWatchers } from './watchers.js';

/** Calls `then` when the session has ended, at once if it has already; the returned function takes that back. */
export type WatchEnd = (identity: Identity, then: () => void) => () => void;

/** Which sessions have ended, as the user service tells it. */
export interface EndedSessions {
  /** Asks memory alone: this is on every request's way. */
  has(sessionId: string): boolean;
  /** What keeps this from being known; undefined when it is known as of a moment ago. */
  problem(): string | undefined;
  watchEnd: WatchEnd;
  close(): Promise<void>;
}

export interface EndedSessionsOptions {
  /** Of the user service. */
  user: Replicas;
  identitySecret: string;
  log: Log;
  metrics: Metrics;
}

/** Whoever has been ended by a gateway that does not know is refused within it, or nobody changes anything. */
const SILENT_MS = 1_000;
/** While the user service cannot read its database, nobody can end a session there either; not for ever. */
const STALE_MS = 5_000;

const NOT_LOADED = 'the sessions that have ended are not loaded';
const NOT_HEARD = 'the sessions that have ended are not heard of: the channel to the user service is down';
const STALE = 'the sessions that have ended are not heard of: the user service does not read its database';

/** Keeps a channel to the user service, over which it loads the sessions that have ended, and hears of each that does. */
export function openEndedSessions(options: EndedSessionsOptions): EndedSessions {
  const { user, identitySecret, log } = options;
  const metrics = openEndedMetrics(options.metrics);
  const known = openRecentIds(ENDED_MATTERS_MS);
  const watchers = openWatchers(log);
  let wholeAt = Number.NEGATIVE_INFINITY;
  let problem: string | undefined = NOT_LOADED;
  let broken = false;

  function settle(now: string | undefined): void {
    if (problem === now) return;
    problem = now;
    metrics.channel.set(now === undefined ? 1 : 0);
    if (now === undefined) log.info('the sessions that have ended are known');
    else log.warn({ problem: now }, 'mutations of signed-in people are refused');
  }

  function hear(text: string): void {
    const { ended, whole, ageMs } = readEndedSessions(text);
    for (const id of ended) if (known.add(id)) watchers.tell(id);
    metrics.size.set(known.size());
    if (!whole) return;
    wholeAt = performance.now();
    broken = false;
    settle(ageMs > STALE_MS ? STALE : undefined);
  }

  const silence = watchSilence({
    withinMs: () => SILENT_MS,
    heardAt: () => wholeAt,
    onSilent: () => {
      if (problem !== NOT_LOADED) settle(NOT_HEARD);
    },
  });
  const lines = keepLines({
    replicas: user,
    path: ENDED_SESSIONS_PATH,
    headers: () => ({ [IDENTITY_HEADER]: sign(identitySecret) }),
    // Elsewhere there may be an answer before anybody is refused.
    silentMs: () => (user.all().length > 1 ? SILENT_MS / 2 : SILENT_MS),
    onLine: hear,
    onLost: (reason) => {
      // It is tried several times a second for as long as the user service is away.
      if (!broken) log.info({ reason: reason.message }, 'the channel of ended sessions broke off');
      broken = true;
    },
  });

  return {
    has: known.has,
    problem: () => problem,
    watchEnd: (identity, then) => {
      if (identity.kind !== 'user') return () => undefined;
      const forget = watchers.add(identity.sessionId, then);
      if (known.has(identity.sessionId)) watchers.tell(identity.sessionId);
      return forget;
    },
    close: async () => {
      silence.close();
      await lines.close();
    },
  };
}

function sign(secret: string): string {
  const identity = { kind: 'service', service: 'gateway' } as const;
  return signIdentity(secret, { audience: 'user', identity, requestId: randomUUID() }, ENDED_SESSIONS_BODY);
}

const openEndedMetrics = (metrics: Metrics) => ({
  size: metrics.gauge('ended_sessions', 'Sessions that ended lately, whose access tokens are refused.'),
  channel: metrics.gauge('ended_sessions_channel', 'Whether ended sessions are heard of: 1 or 0.'),
});

/** For a graph of other services, where no token is good. */
export const NO_ENDED_SESSIONS: EndedSessions = {
  has: () => false,
  problem: () => undefined,
  watchEnd: () => () => undefined,
  close: () => Promise.resolve(),
};
