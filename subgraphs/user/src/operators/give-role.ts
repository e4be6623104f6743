import type { Transaction } from '@stampede/shared/database';
import type { Role } from '@stampede/shared/identity';
import { endSessionsOf } from '../session/session.entity.js';

export interface GivenRole {
  role: Role;
  /** For a SELLER; whoever sold once keeps theirs, since products and orders name them by it. */
  displayName?: string | null;
}

/**
 * Gives an account a role, and ends its sessions, whose access tokens carry the old one.
 *
 * @returns false when there is no such account.
 */
export async function giveRole(
  tx: Transaction,
  accountId: string,
  { role, displayName = null }: GivenRole,
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE account SET role = $2, display_name = coalesce($3, display_name)
      WHERE id = $1 AND deleted_at IS NULL`,
    [accountId, role, displayName],
  );
  if (changed === 0) return false;
  await endSessionsOf(tx, accountId);
  return true;
}
