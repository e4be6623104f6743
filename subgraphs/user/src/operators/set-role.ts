import { isUuid } from '@stampede/shared/graphql';
import type { Database, Transaction } from '@stampede/shared/database';
import { badInput, forbidden, notFound } from '@stampede/shared/errors';
import type { Role } from '@stampede/shared/identity';
import { checkText } from '@stampede/shared/input';
import { giveRole } from './give-role.js';

export const LONGEST_DISPLAY_NAME = 60;

export interface RoleChange {
  userId: string;
  role: Role;
  displayName?: string | null | undefined;
}

/**
 * Gives somebody else a role. Nobody changes their own, so that an installation always keeps an OPERATOR.
 *
 * @throws BAD_USER_INPUT; NOT_FOUND; FORBIDDEN when the caller is no OPERATOR any more.
 */
export async function setRole(database: Database, callerId: string, change: RoleChange): Promise<void> {
  const userId = change.userId.toLowerCase();
  const displayName = checkDisplayName(change);
  if (!isUuid(userId)) throw notFound('user');
  if (userId === callerId) throw badInput({ path: 'userId', message: 'is you: ask another operator.' });
  await database.transaction('set-role', async (tx) => {
    await requireStillOperator(tx, callerId, userId);
    if (!(await giveRole(tx, userId, { role: change.role, displayName }))) throw notFound('user');
  });
}

function checkDisplayName({ role, displayName }: RoleChange): string | null {
  if (role === 'SELLER') return checkText('displayName', displayName ?? '', LONGEST_DISPLAY_NAME);
  if (displayName == null) return null;
  throw badInput({ path: 'displayName', message: 'is for a SELLER only.' });
}

/**
 * The caller's access token may be older than the caller's role. Both rows are locked, in the order of their ids: of
 * two operators who take each other's role away at once, one remains.
 */
async function requireStillOperator(tx: Transaction, callerId: string, userId: string): Promise<void> {
  const rows = await tx.query<{ id: string; role: Role }>(
    `SELECT id, role FROM account WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL ORDER BY id FOR UPDATE`,
    [[callerId, userId]],
  );
  if (rows.find(({ id }) => id === callerId)?.role !== 'OPERATOR') throw forbidden();
}
