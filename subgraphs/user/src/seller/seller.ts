import 'reflect-metadata';
import type { Sql } from '@stampede/shared/database';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'What everyone may know of who sells.' })
export class Seller {
  @Field(() => ID, { description: 'The UUID of the seller’s account.' })
  id!: string;

  @Field({ description: 'The brand’s name.' })
  displayName!: string;
}

/** An account that sold once keeps its display name: its products stay in orders, whatever its role is now. */
export async function findSellers(sql: Sql, ids: string[]): Promise<Seller[]> {
  const rows = await sql.query<{ id: string; displayName: string }>(
    `SELECT id, display_name AS "displayName" FROM account
      WHERE id = ANY($1::uuid[]) AND display_name IS NOT NULL`,
    [ids],
  );
  return rows.map((row) => Object.assign(new Seller(), row));
}
