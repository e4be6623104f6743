import { Unavailable } from '@stampede/shared/errors';
import { openExchange, type Replicas } from '@stampede/shared/spread';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { importJWK, type CryptoKey } from 'jose';
import { z } from 'zod';
import { repeat } from '@stampede/shared/background';

/** The public keys that access tokens are checked with, as the user subgraph publishes them (RFC 7517). */
export interface TokenKeys {
  /** Whether they were loaded at least once. */
  loaded(): boolean;
  /** Whether tokens of this key are (still) accepted. */
  has(kid: string): boolean;
  /**
   * The key of this id, asking the publisher again for one that is unknown, but not more often than every 5 s:
   * a flood of forged key ids must not become a flood of questions.
   *
   * @throws Unavailable when the id is unknown and the publisher did not answer.
   */
  find(kid: string): Promise<CryptoKey | undefined>;
  close(): Promise<void>;
}

export interface TokenKeysOptions {
  /** Of whoever publishes them. */
  replicas: Replicas;
  /** Where the JWKS document is, by plain GET. */
  path: string;
  log: Log;
  metrics: Metrics;
  /** Milliseconds. */
  now?: () => number;
}

const COOLDOWN_MS = 5_000;
/** A key that is published this long before it signs is never met unknown; a withdrawn one ends this late. */
const REFRESH_MS = 60_000;
const RETRY_MS = 1_000;
const DEADLINE_MS = 3_000;

const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })) });

/** Loads the keys now, and again each minute; until the first success, each second. */
export function openTokenKeys(options: TokenKeysOptions): TokenKeys {
  const { replicas, path, log, metrics, now = Date.now } = options;
  const publisher = openExchange({ replicas, method: 'GET', path, deadlineMs: DEADLINE_MS, metrics });
  let keys: Map<string, CryptoKey> | undefined;
  let failure: unknown;
  let askedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  /** Never rejects; whoever asks while an answer is awaited shares it. */
  const load = () => (loading ??= fetchAll().finally(() => (loading = undefined)));

  async function fetchAll(): Promise<void> {
    askedAt = now();
    try {
      const { status, text } = await publisher.send({ headers: {}, body: '', mayRepeat: true });
      if (status !== 200) throw new Error(`the answer was ${status}`);
      keys = await importAll(jwks.parse(JSON.parse(text)).keys);
      failure = undefined;
    } catch (error) {
      failure = error;
      // At a start the user service may be starting, too; until it has, `/readyz` says what is missing.
      log[keys ? 'warn' : 'info']({ err: error }, 'the keys of access tokens could not be loaded');
    }
  }

  const refreshing = repeat(async () => {
    await load();
    return keys ? REFRESH_MS : RETRY_MS;
  });

  return {
    loaded: () => keys !== undefined,
    has: (kid) => keys?.has(kid) ?? false,
    find: async (kid) => {
      if (!keys?.has(kid) && (loading || now() - askedAt >= COOLDOWN_MS)) await load();
      const key = keys?.get(kid);
      if (!key && failure) throw new Unavailable('the publisher of token keys', { cause: failure });
      return key;
    },
    close: async () => {
      const stopped = refreshing.close();
      await publisher.close();
      await stopped;
    },
  };
}

async function importAll(published: z.infer<typeof jwks>['keys']): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const jwk of published) {
    if (jwk.kty !== 'RSA' || jwk.kid === undefined) continue;
    keys.set(jwk.kid, (await importJWK(jwk, 'RS256')) as CryptoKey);
  }
  return keys;
}
