import type { Database, Sql } from '@stampede/shared/database';
import { unauthenticated } from '@stampede/shared/errors';
import type { Sealer } from '@stampede/shared/sealing';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { z } from 'zod';
import { findAccounts, type Account } from '../account.entity.js';
import { addressesOf } from '../profile/address.js';
import { provenIndex, waitingMailsOf } from './mails-to.js';

export interface ExportParts {
  database: Database;
  sealer: Sealer;
  order: ServiceClient;
  payment: ServiceClient;
  catalog: ServiceClient;
}

/** Of 500 items each: nobody has bought more often, and no answer grows without end. */
const MOST_PAGES = 200;
const page = z.object({ items: z.array(z.unknown()), next: z.string().nullable() });

const ORDERS = `query ($userId: ID!, $after: String) { page: personalDataOfOrders(userId: $userId, after: $after) }`;
const CART = `query ($userId: ID!, $after: String) { page: personalDataOfCart(userId: $userId, after: $after) }`;
const PAYMENTS = `query ($userId: ID!, $after: String) { page: personalDataOfPayments(userId: $userId, after: $after) }`;
const WISHES = `query ($userId: ID!, $after: String) { page: personalDataOfWishes(userId: $userId, after: $after) }`;

/** JSON of everything that the house keeps of a person. @throws Unavailable when one of the services is away. */
export async function exportMyData(parts: ExportParts, userId: string, requestId: string): Promise<string> {
  const { database, sealer, order, payment, catalog } = parts;
  const [account] = await findAccounts(database, sealer, [userId]);
  if (!account) throw unauthenticated();
  const [orders, cart, payments, wishes] = await Promise.all([
    readAll(order, ORDERS, userId, requestId),
    readAll(order, CART, userId, requestId),
    readAll(payment, PAYMENTS, userId, requestId),
    readAll(catalog, WISHES, userId, requestId),
  ]);
  const kept = {
    account: await accountOf(database, account),
    addresses: await addressesOf(database, sealer, userId),
    sessions: await sessionsOf(database, userId),
    socialLinks: await socialLinksOf(database, userId),
    mailedLinks: await mailedLinksOf(database, sealer, account),
    waitingMails: await waitingMailsOf(database, sealer, account),
    orders,
    cart,
    payments,
    wishes,
  };
  return JSON.stringify(kept);
}

async function readAll(
  service: ServiceClient,
  query: string,
  userId: string,
  requestId: string,
): Promise<unknown[]> {
  const all: unknown[] = [];
  let after: string | null = null;
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const answer: { page: string } = await service.ask(query, { userId, after }, requestId);
    const { items, next } = page.parse(JSON.parse(answer.page));
    all.push(...items);
    if (next === null) return all;
    after = next;
  }
  throw new Error('a person’s data has more pages than are read');
}

async function accountOf(sql: Sql, account: Account) {
  const [row] = await sql.query<{ email_verified_at: Date | null; display_name: string | null }>(
    'SELECT email_verified_at, display_name FROM account WHERE id = $1',
    [account.id],
  );
  const { id, email, name, phone, role, language, createdAt } = account;
  const own = { id, email, name, phone, role, language, createdAt };
  return {
    ...own,
    emailVerifiedAt: row?.email_verified_at ?? null,
    displayName: row?.display_name ?? null,
    hasPassword: account.passwordHash !== null,
  };
}

/** Ended ones too, until they are purged; of their tokens nothing. */
const sessionsOf = (sql: Sql, accountId: string) =>
  sql.query(
    `SELECT id, device, created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt",
       ended_at AS "endedAt" FROM session WHERE account_id = $1 ORDER BY created_at, id`,
    [accountId],
  );

const socialLinksOf = (sql: Sql, accountId: string) =>
  sql.query(
    `SELECT provider, linked_at AS "linkedAt" FROM social_link WHERE account_id = $1 ORDER BY linked_at`,
    [accountId],
  );

/** That links were mailed, and when; the links themselves are in nobody's hands but the mail box's. */
const mailedLinksOf = (sql: Sql, sealer: Sealer, account: Account) =>
  sql.query(
    `SELECT purpose, language, created_at AS "createdAt", expires_at AS "expiresAt" FROM mail_link
      WHERE account_id = $1 OR email_index = $2 ORDER BY created_at, id`,
    [account.id, provenIndex(sealer, account)],
  );
