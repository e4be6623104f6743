import 'reflect-metadata';
import type { Sql, Transaction } from '@stampede/shared/database';
import { unauthenticated } from '@stampede/shared/errors';
import type { Role } from '@stampede/shared/identity';
import { openNotices } from '@stampede/shared/live';
import { GraphQLDateTime } from 'graphql-scalars';
import { randomUUID } from 'node:crypto';
import { Field, ID, ObjectType } from 'type-graphql';
import { hashRefreshToken, newRefreshToken } from '../tokens/refresh-token.js';

@ObjectType({ description: 'One signed-in device.' })
export class Session {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field({ description: 'What the device called itself when it signed in.' })
  device!: string;

  @Field(() => GraphQLDateTime, { description: 'When it signed in.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it last signed in or refreshed its tokens.' })
  lastUsedAt!: Date;

  @Field({ description: 'Whether it is the one that asks.' })
  current!: boolean;
}

/** How long a session lives after its last use. */
export const SESSION_LIFETIME = '30 days';

/**
 * More than anybody has devices. Whoever has a password could fill the list until nobody finds their own device in it,
 * and clients that sign in each time, without refreshing, would.
 */
const LIVE_AT_MOST = 50;

export interface StartedSession {
  id: string;
  refreshToken: string;
  /** The account's when the session began: whoever gives it another one ends the session. */
  role: Role;
}

/** Signs a device in. */
export async function startSession(
  tx: Transaction,
  accountId: string,
  device: string,
): Promise<StartedSession> {
  const started = await start(tx, { accountId, device });
  if (!started) throw unauthenticated('There is no such account any more.');
  return started;
}

/**
 * Signs a device in by a password that has been checked. That takes a while, in which the password may have been
 * changed: whoever changed it has signed all devices out, and wants none that comes in by the old one.
 *
 * @param checked the account as it was when its password was checked.
 * @returns undefined when the account has another password by now, or is deleted.
 */
export const startSessionByPassword = (
  tx: Transaction,
  checked: { id: string; passwordHash: string | null },
  device: string,
): Promise<StartedSession | undefined> =>
  start(tx, { accountId: checked.id, device, checkedHash: checked.passwordHash });

interface NewSession {
  accountId: string;
  device: string;
  /** Unless left out, the account's password is still the one with this hash. */
  checkedHash?: string | null;
}

// Waits for whoever deletes the account, or changes its password or role, at this moment, and they wait for this: no
// device is signed in behind their back. Sign-ins of one account wait for each other as well, and so are counted right.
async function start(tx: Transaction, session: NewSession): Promise<StartedSession | undefined> {
  const id = randomUUID();
  const refreshToken = newRefreshToken();
  const { hash, family } = hashRefreshToken(refreshToken);
  const byPassword = session.checkedHash !== undefined;
  const [owner] = await tx.query<{ role: Role }>(
    `WITH owner AS (
       SELECT id, role FROM account
        WHERE id = $2 AND deleted_at IS NULL AND (NOT $7::boolean OR password_hash IS NOT DISTINCT FROM $8)
          FOR NO KEY UPDATE
     ), started AS (
       INSERT INTO session (id, account_id, device, expires_at, refresh_hash, refresh_family)
       SELECT $1, id, $3, now() + $4::interval, $5, $6 FROM owner
     )
     SELECT role FROM owner`,
    [
      id,
      session.accountId,
      session.device,
      SESSION_LIFETIME,
      hash,
      family,
      byPassword,
      session.checkedHash ?? null,
    ],
  );
  if (!owner) return undefined;
  await endSurplus(tx, session.accountId, id);
  return { id, refreshToken, role: owner.role };
}

/** Of too many devices ends those that were used the longest ago, and never the one that has just signed in. */
async function endSurplus(tx: Transaction, accountId: string, newId: string): Promise<void> {
  await end(
    tx,
    `${END_LIVE} AND id IN (
       SELECT id FROM session WHERE account_id = $1 AND id <> $2 AND ended_at IS NULL AND expires_at > now()
        ORDER BY last_used_at DESC, id OFFSET $3)`,
    [accountId, newId, LIVE_AT_MOST - 1],
  );
}

/** The devices that are signed in, the latest used first. */
export async function liveSessionsOf(sql: Sql, accountId: string, current?: string): Promise<Session[]> {
  const rows = await sql.query<Omit<Session, 'current'>>(
    `SELECT id, device, created_at AS "createdAt", last_used_at AS "lastUsedAt" FROM session
      WHERE account_id = $1 AND ended_at IS NULL AND expires_at > now() ORDER BY last_used_at DESC, id`,
    [accountId],
  );
  return rows.map((row) => Object.assign(new Session(), row, { current: row.id === current }));
}

/** Ids of sessions that this process has ended, as soon as that is committed. */
export const sessionEnds = openNotices();

const END_LIVE = `UPDATE session SET ended_at = now() WHERE ended_at IS NULL AND expires_at > now()`;

/** Signs a device out. @returns whether it was signed in. */
export async function endSession(sql: Sql, id: string, accountId: string): Promise<boolean> {
  const ended = await end(sql, `${END_LIVE} AND id = $1 AND account_id = $2`, [id, accountId]);
  return ended.length === 1;
}

/** Signs all of an account's devices out, except one if told so. @returns how many were signed in. */
export async function endSessionsOf(sql: Sql, accountId: string, exceptId?: string): Promise<number> {
  const statement = `${END_LIVE} AND account_id = $1 AND id IS DISTINCT FROM $2`;
  return (await end(sql, statement, [accountId, exceptId ?? null])).length;
}

/** Ends the session whose refresh tokens share this half. @returns its id, if it was signed in. */
export async function endFamily(sql: Sql, family: Buffer): Promise<string | undefined> {
  const [id] = await end(sql, `${END_LIVE} AND refresh_family = $1`, [family]);
  return id;
}

/** Whatever ends a session ends it here: gateways have to hear of it. */
async function end(sql: Sql, statement: string, values: unknown[]): Promise<string[]> {
  const ended = await sql.query<{ id: string }>(`${statement} RETURNING id`, values);
  for (const { id } of ended) sessionEnds.note(sql, id);
  return ended.map(({ id }) => id);
}
