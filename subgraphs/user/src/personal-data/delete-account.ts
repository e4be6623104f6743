import type { Database, Transaction } from '@stampede/shared/database';
import { badInput, unauthenticated } from '@stampede/shared/errors';
import type { Role } from '@stampede/shared/identity';
import { accountDeleted } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import type { Sealer } from '@stampede/shared/sealing';
import { findAccounts, type Account } from '../account.entity.js';
import type { Limits } from '../limits/limits.js';
import { confirmPassword } from '../passwords/confirm-password.js';
import type { Passwords } from '../passwords/passwords.js';
import { erase } from './erase.js';

export interface DeletionParts {
  database: Database;
  sealer: Sealer;
  passwords: Passwords;
  limits: Limits;
}

export interface Deletion {
  userId: string;
  sessionId: string;
  password: string | null | undefined;
}

/** Whoever has no password shows by a new sign-in that it is they. */
const LATELY = '15 minutes';

/**
 * Erases an account's personal data, and leaves a tombstone that nobody can sign in to; the other services are
 * told, who forget what they need not keep.
 *
 * @throws BAD_USER_INPUT when the person has not shown that it is they, or is the last OPERATOR.
 */
export async function deleteAccount(parts: DeletionParts, deletion: Deletion): Promise<void> {
  const { database, sealer } = parts;
  const [account] = await findAccounts(database, sealer, [deletion.userId]);
  if (!account) throw unauthenticated();
  if (account.passwordHash === null) await requireNewSession(database, deletion);
  else await requirePassword(parts, account, deletion.password);
  await database.transaction('delete-account', async (tx) => {
    await lockForDeletion(tx, account);
    // As it is now: an address may have been verified since.
    const [locked] = await findAccounts(tx, sealer, [account.id]);
    // Whoever has set another password meanwhile has taken the account back from who knew the old one.
    if (locked?.passwordHash !== account.passwordHash) throw wrongPassword();
    await erase(tx, sealer, locked);
    await appendToOutbox(tx, accountDeleted, { accountId: locked.id });
  });
}

/**
 * An operator locks all of them, in the order of their ids: of two who delete themselves at once, or are made something
 * else, one remains.
 */
async function lockForDeletion(tx: Transaction, { id, role }: Account): Promise<void> {
  const locked = await tx.query<{ id: string; role: Role }>(
    role === 'OPERATOR'
      ? `SELECT id, role FROM account WHERE role = 'OPERATOR' AND deleted_at IS NULL AND $1::uuid IS NOT NULL
          ORDER BY id FOR UPDATE`
      : 'SELECT id, role FROM account WHERE id = $1 AND deleted_at IS NULL FOR UPDATE',
    [id],
  );
  const own = locked.find((row) => row.id === id);
  // Deleted by another device of theirs, or given a role meanwhile: either has ended this session.
  if (own?.role !== role) throw unauthenticated();
  if (role !== 'OPERATOR' || locked.length > 1) return;
  throw badInput({ path: 'password', message: 'cannot delete the last operator: make another one first.' });
}

async function requirePassword(
  parts: DeletionParts,
  account: Account,
  password: string | null | undefined,
): Promise<void> {
  if (password == null) throw badInput({ path: 'password', message: 'is needed to delete the account.' });
  if (await confirmPassword(parts, account, password)) return;
  throw wrongPassword();
}

const wrongPassword = () => badInput({ path: 'password', message: 'is not the account’s.' });

async function requireNewSession(database: Database, { userId, sessionId }: Deletion): Promise<void> {
  const [session] = await database.query<{ id: string }>(
    `SELECT id FROM session WHERE id = $1 AND account_id = $2 AND ended_at IS NULL
       AND created_at > now() - $3::interval`,
    [sessionId, userId, LATELY],
  );
  if (session) return;
  throw badInput({
    path: 'password',
    message:
      'there is none: sign in again and delete the account within 15 minutes, or set one by a password reset.',
  });
}
