import { serviceUnavailable } from '@stampede/shared/errors';
import type { Metrics } from '@stampede/shared/telemetry';
import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';

/** OWASP's Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane, at least. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Each check fills a core and 19 MiB for about 20 ms: a flood of sign-ins must not take the machine. */
const AT_ONCE = 2;
const WAITING_AT_MOST = 100;

export interface Passwords {
  /** argon2id in PHC format. @throws SERVICE_UNAVAILABLE when too many are being checked already. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one that was hashed. Without a hash it is never, and that takes as long: the
   * time must not tell who has an account. @throws SERVICE_UNAVAILABLE likewise.
   */
  matches(hashed: string | null, password: string): Promise<boolean>;
}

/** Opens argon2id with bounded concurrency. */
export async function openPasswords(metrics: Metrics): Promise<Passwords> {
  const checks = metrics.counter('password_checks_total', 'Passwords that were checked against a hash.');
  const nobodys = await hash(randomBytes(32), ARGON2ID);
  const inTurn = turns(AT_ONCE, WAITING_AT_MOST);
  return {
    hash: (password) => inTurn(() => hash(password, ARGON2ID)),
    matches: (hashed, password) =>
      inTurn(async () => {
        checks.inc();
        const same = await verify(hashed ?? nobodys, password);
        return same && hashed !== null;
      }),
  };
}

/** Runs `limit` at once; `queue` more wait, first come, first served; the rest are refused. */
export function turns(limit: number, queue: number) {
  let running = 0;
  const waiting: (() => void)[] = [];

  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running < limit) running += 1;
    else if (waiting.length >= queue) throw serviceUnavailable();
    // Who ends hands its place over, so that nobody who comes later slips in between.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
