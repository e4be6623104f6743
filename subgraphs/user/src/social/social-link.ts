import type { Sql } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { SocialProvider } from '../profile/user.type.js';

/** One person at a provider, blind. */
export interface Subject {
  provider: SocialProvider;
  index: Buffer;
}

export const subjectOf = (sealer: Sealer, provider: SocialProvider, subject: string): Subject => ({
  provider,
  index: sealer.blindIndex(`${provider}:${subject}`),
});

/** Lets one sign-in of a person at a time go on, until its transaction ends: the next sees what it made. */
export async function inTurnOf(sql: Sql, { index }: Subject): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock($1::bigint)`, [index.readBigInt64BE().toString()]);
}

/** The account that a person is linked to. */
export async function accountLinkedTo(sql: Sql, { provider, index }: Subject): Promise<string | undefined> {
  const [link] = await sql.query<{ account_id: string }>(
    `SELECT account_id FROM social_link WHERE provider = $1 AND subject_index = $2`,
    [provider, index],
  );
  return link?.account_id;
}

/** @returns whether that is the person who is linked now; false when another one of the provider is. */
export async function link(sql: Sql, accountId: string, { provider, index }: Subject): Promise<boolean> {
  await sql.run(
    `INSERT INTO social_link (account_id, provider, subject_index) VALUES ($1, $2, $3)
     ON CONFLICT (account_id, provider) DO NOTHING`,
    [accountId, provider, index],
  );
  const [mine] = await sql.query(
    `SELECT 1 FROM social_link WHERE account_id = $1 AND provider = $2 AND subject_index = $3`,
    [accountId, provider, index],
  );
  return mine !== undefined;
}
