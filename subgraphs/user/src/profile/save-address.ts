import { isUuid } from '@stampede/shared/graphql';
import type { Database, Sql, Transaction } from '@stampede/shared/database';
import { badInput, notFound, unauthenticated } from '@stampede/shared/errors';
import type { Sealer } from '@stampede/shared/sealing';
import { randomUUID } from 'node:crypto';
import { checkAddress, type AddressInput, type CheckedAddress } from '@stampede/shared/input';
import { ADDRESS_COLUMNS, openAddress, type Address, type AddressRow } from './address.js';

export const MOST_ADDRESSES = 20;

/** Whose address is saved: one that is there, or without an id another one. */
export interface WhichAddress {
  accountId: string;
  id?: string | null | undefined;
}

/** @throws BAD_USER_INPUT, and NOT_FOUND when the id is none of the person's own addresses. */
export async function saveAddress(
  database: Database,
  sealer: Sealer,
  { accountId, id }: WhichAddress,
  input: AddressInput,
): Promise<Address> {
  const checked = checkAddress('input', input);
  const row = await database.transaction('save-address', (tx) =>
    id == null
      ? addAddress(tx, sealer, accountId, checked)
      : changeAddress(tx, sealer, { accountId, id }, checked),
  );
  return openAddress(row, sealer);
}

async function addAddress(
  tx: Transaction,
  sealer: Sealer,
  accountId: string,
  address: CheckedAddress,
): Promise<AddressRow> {
  // Two at once are counted one after the other, and none is added behind a deletion's back.
  const locked = await tx.run(`SELECT FROM account WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`, [
    accountId,
  ]);
  if (locked === 0) throw unauthenticated();
  const [kept] = await tx.query<{ count: number }>('SELECT count(*) FROM address WHERE account_id = $1', [
    accountId,
  ]);
  if (kept && kept.count >= MOST_ADDRESSES) {
    throw badInput({ path: 'id', message: `is needed: there are ${MOST_ADDRESSES} addresses already.` });
  }
  const id = randomUUID();
  const [row] = await tx.query<AddressRow>(
    `INSERT INTO address (id, account_id, label, recipient, phone, postal_code, line1, line2, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp()) RETURNING ${ADDRESS_COLUMNS}`,
    [id, accountId, ...sealed(sealer, id, address)],
  );
  return row as AddressRow;
}

async function changeAddress(
  sql: Sql,
  sealer: Sealer,
  { accountId, id }: { accountId: string; id: string },
  address: CheckedAddress,
): Promise<AddressRow> {
  if (!isUuid(id)) throw notFound('address');
  // The envelopes are bound to the id as PostgreSQL writes it.
  const rowId = id.toLowerCase();
  const [row] = await sql.query<AddressRow>(
    `UPDATE address SET label = $3, recipient = $4, phone = $5, postal_code = $6, line1 = $7, line2 = $8
      WHERE id = $1 AND account_id = $2 RETURNING ${ADDRESS_COLUMNS}`,
    [rowId, accountId, ...sealed(sealer, rowId, address)],
  );
  if (!row) throw notFound('address');
  return row;
}

/** Takes an address away. @returns false when the id is none of the person's own. */
export async function removeAddress(sql: Sql, accountId: string, id: string): Promise<boolean> {
  if (!isUuid(id)) return false;
  return (await sql.run('DELETE FROM address WHERE id = $1 AND account_id = $2', [id, accountId])) === 1;
}

function sealed(sealer: Sealer, row: string, address: CheckedAddress): (Buffer | null)[] {
  const seal = (column: string, text: string | null) =>
    text === null ? null : sealer.seal(text, { table: 'address', column, row });
  return [
    seal('label', address.label),
    seal('recipient', address.recipient),
    seal('phone', address.phone),
    seal('postal_code', address.postalCode),
    seal('line1', address.line1),
    seal('line2', address.line2),
  ];
}
