import type { Sql } from '@stampede/shared/database';
import { badInput } from '@stampede/shared/errors';
import type { Sealer } from '@stampede/shared/sealing';
import { checkName, checkPhone } from '@stampede/shared/input';

/** What a person changes of what they told: absent stays as it is, null is taken away. */
export interface ProfileChange {
  name?: string | null | undefined;
  phone?: string | null | undefined;
}

/**
 * Changes what a person told of themself.
 *
 * @returns false when there is no such account (any more).
 * @throws BAD_USER_INPUT
 */
export async function updateProfile(
  sql: Sql,
  sealer: Sealer,
  accountId: string,
  { name, phone }: ProfileChange,
): Promise<boolean> {
  if (name === null) throw badInput({ path: 'name', message: 'cannot be taken away.' });
  const newName = name === undefined ? undefined : checkName('name', name);
  const newPhone = phone == null ? phone : checkPhone('phone', phone);
  const seal = (column: string, text: string | null | undefined) =>
    text == null ? null : sealer.seal(text, { table: 'account', column, row: accountId });
  const changed = await sql.run(
    `UPDATE account SET name = coalesce($2, name), phone = CASE WHEN $3 THEN $4 ELSE phone END
      WHERE id = $1 AND deleted_at IS NULL`,
    [accountId, seal('name', newName), newPhone !== undefined, seal('phone', newPhone)],
  );
  return changed === 1;
}
