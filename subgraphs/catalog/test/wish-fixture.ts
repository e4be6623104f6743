import type { Database } from '@stampede/shared/database';
import { accountDeleted } from '@stampede/shared/messages';
import type { Identity } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import { onAccountDeleted } from '../src/wishlist/on-account-deleted.js';
import type { CatalogUnderTest } from './open-catalog.js';

export const somebody = () =>
  ({ kind: 'user', userId: randomUUID(), role: 'BUYER', sessionId: randomUUID() }) satisfies Identity;

/** Makes copies of a product that differ in nothing but their ids. */
export async function copies(database: Database, productId: string, count: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `INSERT INTO product SELECT (jsonb_populate_record(product, jsonb_build_object('id', gen_random_uuid()))).*
       FROM product, generate_series(1, $2) WHERE product.id = $1 RETURNING id`,
    [productId, count],
  );
  return rows.map(({ id }) => id);
}

export const wish = (catalog: CatalogUnderTest, productId: string, identity?: Identity) =>
  catalog.ask('mutation ($id: ID!) { wish(productId: $id) { id wished } }', { id: productId }, identity);

export const unwish = (catalog: CatalogUnderTest, productId: string, identity?: Identity) =>
  catalog.ask('mutation ($id: ID!) { unwish(productId: $id) { id wished } }', { id: productId }, identity);

/** As when the user service tells that an account is no more. */
export const forget = (database: Database, accountId: string) =>
  database.transaction('test', (tx) =>
    onAccountDeleted.handle(tx, accountDeleted.schema.parse({ accountId }), {
      messageId: randomUUID(),
      attempts: 0,
    }),
  );
