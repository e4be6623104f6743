import type { Database, Sql } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import { createHash } from 'node:crypto';
import type { SocialProvider } from '../profile/user.type.js';
import type { Attempt } from './providers/login-provider.js';

const LIFETIME = '10 minutes';

export interface Begun extends Attempt {
  provider: SocialProvider;
  /** Who was signed in when it began, and is to be linked. */
  accountId: string | null;
}

/** Writes down a sign-in that goes to its provider now. Of the state only the hash is kept. */
export async function begin(database: Database, sealer: Sealer, begun: Begun): Promise<void> {
  const hash = hashOf(begun.state);
  await database.run(
    `INSERT INTO social_sign_in (state_hash, provider, redirect_uri, code_verifier, nonce, account_id, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, now() + $7::interval)`,
    [
      hash,
      begun.provider,
      begun.redirectUri,
      sealer.seal(begun.codeVerifier, place(hash)),
      begun.nonce,
      begun.accountId,
      LIFETIME,
    ],
  );
}

interface BegunRow {
  provider: SocialProvider;
  redirect_uri: string;
  code_verifier: Buffer;
  nonce: string;
  account_id: string | null;
  live: boolean;
}

/**
 * Takes the sign-in that has this state, which is used up thereby: of two who bring it at once, one gets it. It is
 * used up by whoever brings it wrongly, too.
 */
export async function takeBegun(sql: Sql, sealer: Sealer, state: string): Promise<Begun | undefined> {
  const hash = hashOf(state);
  const [row] = await sql.query<BegunRow>(
    `DELETE FROM social_sign_in WHERE state_hash = $1
     RETURNING provider, redirect_uri, code_verifier, nonce, account_id, expires_at > now() AS live`,
    [hash],
  );
  if (!row?.live) return undefined;
  return {
    provider: row.provider,
    redirectUri: row.redirect_uri,
    state,
    nonce: row.nonce,
    codeVerifier: sealer.open(row.code_verifier, place(hash)),
    accountId: row.account_id,
  };
}

const hashOf = (state: string) => createHash('sha256').update(state).digest();

const place = (hash: Buffer) => ({
  table: 'social_sign_in',
  column: 'code_verifier',
  row: hash.toString('hex'),
});
