import type { Sql } from '@stampede/shared/database';
import { randomBytes } from 'node:crypto';
import { hashRefreshToken, successorOf, type RefreshHashes } from '../tokens/refresh-token.js';
import { endFamily, SESSION_LIFETIME, type StartedSession } from './session.entity.js';

export interface RefreshedSession extends Omit<StartedSession, 'role'> {
  accountId: string;
}

/** For how long the token before the current one still counts as an answer that was lost, not as stolen. */
const LOST_ANSWER = '10 seconds';

/**
 * Gives the next refresh token for the current one, once. For ten seconds the token before it is given the same
 * next token again: the answer may have been lost, or two tabs refreshed at once; neither may sign anybody out.
 * Any other token of the session was stolen or is being replayed: nobody knows which side is the thief, so the
 * session ends (RFC 9700, 4.14.2).
 *
 * @returns null when the token is not (or no longer) good for anything.
 */
export async function refreshSession(
  sql: Sql,
  token: string,
  onReplay: (sessionId: string) => void,
): Promise<RefreshedSession | null> {
  const hashes = hashRefreshToken(token);
  const refreshed = (await rotate(sql, token, hashes)) ?? (await repeatLostAnswer(sql, token, hashes));
  if (!refreshed) await endReplayed(sql, hashes, onReplay);
  return refreshed;
}

interface Refreshed {
  id: string;
  account_id: string;
  rotation_salt: Buffer;
}

// The condition on refresh_hash lets one of two concurrent refreshes rotate; the other finds its token rotated.
async function rotate(
  sql: Sql,
  token: string,
  { hash, family }: RefreshHashes,
): Promise<RefreshedSession | null> {
  const salt = randomBytes(32);
  const next = hashRefreshToken(successorOf(token, salt));
  const [row] = await sql.query<Refreshed>(
    `UPDATE session
        SET previous_refresh_hash = refresh_hash, refresh_hash = $3, rotation_salt = $4, rotated_at = now(),
            last_used_at = now(), expires_at = now() + $5::interval
      WHERE refresh_family = $1 AND refresh_hash = $2 AND ended_at IS NULL AND expires_at > now()
      RETURNING id, account_id, rotation_salt`,
    [family, hash, next.hash, salt, SESSION_LIFETIME],
  );
  return row ? withSuccessor(row, token) : null;
}

async function repeatLostAnswer(
  sql: Sql,
  token: string,
  { hash, family }: RefreshHashes,
): Promise<RefreshedSession | null> {
  const [row] = await sql.query<Refreshed>(
    `SELECT id, account_id, rotation_salt FROM session
      WHERE refresh_family = $1 AND previous_refresh_hash = $2 AND ended_at IS NULL
        AND rotated_at > now() - $3::interval`,
    [family, hash, LOST_ANSWER],
  );
  return row ? withSuccessor(row, token) : null;
}

const withSuccessor = (row: Refreshed, token: string): RefreshedSession => ({
  id: row.id,
  accountId: row.account_id,
  refreshToken: successorOf(token, row.rotation_salt),
});

async function endReplayed(
  sql: Sql,
  { family }: RefreshHashes,
  onReplay: (sessionId: string) => void,
): Promise<void> {
  const ended = await endFamily(sql, family);
  if (ended !== undefined) onReplay(ended);
}
