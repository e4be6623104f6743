import { hash } from '@node-rs/argon2';
import type { Platform } from '../platform.js';
import type { Signer } from './sign-ins.js';

/** Hashed by a copy of what passwords.ts of the user service says, since services are not imported. */
const PASSWORD = 'correct horse battery staple';
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** People who can sign in by password. */
export async function makeSigners(
  { accounts }: Pick<Platform, 'accounts'>,
  count: number,
): Promise<Signer[]> {
  if (count === 0) return [];
  const made = await accounts(count, 'BUYER', await hash(PASSWORD, ARGON2ID));
  return made.map(({ account }) => ({ email: account.email, password: PASSWORD }));
}
