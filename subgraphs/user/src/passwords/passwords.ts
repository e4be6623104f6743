import type { Metrics } from '@stampede/shared/telemetry';
import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { normalPassword } from './normal-password.js';
import { turns } from './turns.js';

/** OWASP's Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane, at least. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** libuv has four threads, unless UV_THREADPOOL_SIZE says otherwise. */
const MOST_OF_POOL = 3;

/**
 * Each check fills a core and 19 MiB for some 20 ms. A storm of sign-ins at an opening gets half of the cores at most:
 * the rest is for those who are in already, and check out. And it never gets all of libuv's threads, on which argon2
 * runs: names are looked up and files read there too, and each new connection to a database would wait for a turn.
 */
export const hashedAtOnce = (cores: number): number =>
  Math.min(MOST_OF_POOL, Math.max(1, Math.floor(cores / 2)));
const WAITING_AT_MOST = 100;
const WAIT_MS = 5_000;

export interface Passwords {
  /**
   * argon2id in PHC format.
   *
   * @param salt 16 bytes that nobody else's password has; random ones, unless one password has to give one hash.
   * @throws SERVICE_UNAVAILABLE when too many are being checked already.
   */
  hash(password: string, salt?: Buffer): Promise<string>;
  /**
   * Whether the password is the one that was hashed. Without a hash it is never, and that takes as long: the
   * time must not tell who has an account. @throws SERVICE_UNAVAILABLE likewise.
   */
  matches(hashed: string | null, password: string): Promise<boolean>;
}

/** Opens argon2id with bounded concurrency. */
export async function openPasswords(metrics: Metrics): Promise<Passwords> {
  const checks = metrics.counter('password_checks_total', 'Passwords that were checked against a hash.');
  const waiting = metrics.gauge('password_work_waiting', 'Passwords that wait to be hashed or checked.');
  const refused = metrics.counter(
    'password_work_refused_total',
    'Passwords that were not hashed or checked: too many were waiting (full), or it took too long (late).',
    ['why'],
  );
  const nobodys = await hash(randomBytes(32), ARGON2ID);
  const inTurn = turns({
    atOnce: hashedAtOnce(availableParallelism()),
    waiting: WAITING_AT_MOST,
    waitMs: WAIT_MS,
    onRefused: (why) => refused.inc({ why }),
    onWaiting: (count) => waiting.set(count),
  });
  return {
    hash: (password, salt) =>
      inTurn(() => hash(normalPassword(password), { ...ARGON2ID, ...(salt && { salt }) })),
    matches: (hashed, password) =>
      inTurn(async () => {
        checks.inc();
        const same = await verify(hashed ?? nobodys, normalPassword(password));
        return same && hashed !== null;
      }),
  };
}
