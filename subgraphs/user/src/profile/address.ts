import 'reflect-metadata';
import type { Sql } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Where parcels go.' })
export class Address {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The person’s own name for it, such as “home”.' })
  label!: string | null;

  @Field({ description: 'Who receives the parcel.' })
  recipient!: string;

  @Field({ description: 'The recipient’s phone number.' })
  phone!: string;

  @Field({ description: 'The postal code.' })
  postalCode!: string;

  @Field({ description: 'Street and number.' })
  line1!: string;

  @Field(() => String, { nullable: true, description: 'Building, floor, door.' })
  line2!: string | null;
}

export interface AddressRow {
  id: string;
  label: Buffer | null;
  recipient: Buffer;
  phone: Buffer;
  postal_code: Buffer;
  line1: Buffer;
  line2: Buffer | null;
}

export const ADDRESS_COLUMNS = 'id, label, recipient, phone, postal_code, line1, line2';

/** A person's addresses, in the order in which they were saved. */
export async function addressesOf(sql: Sql, sealer: Sealer, accountId: string): Promise<Address[]> {
  const rows = await sql.query<AddressRow>(
    `SELECT ${ADDRESS_COLUMNS} FROM address WHERE account_id = $1 ORDER BY created_at, id`,
    [accountId],
  );
  return rows.map((row) => openAddress(row, sealer));
}

/** An address as its person reads it. */
export function openAddress(row: AddressRow, sealer: Sealer): Address {
  const open = (column: string, envelope: Buffer) =>
    sealer.open(envelope, { table: 'address', column, row: row.id });
  return Object.assign(new Address(), {
    id: row.id,
    label: row.label && open('label', row.label),
    recipient: open('recipient', row.recipient),
    phone: open('phone', row.phone),
    postalCode: open('postal_code', row.postal_code),
    line1: open('line1', row.line1),
    line2: row.line2 && open('line2', row.line2),
  });
}
