import { deepStrictEqual, strictEqual } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { SERVICES } from '../database/index.js';
import { republish } from '../messaging/index.js';
import { readRedisStock } from './books.js';
import type { Buyer } from './buyer.js';
import { deleteTopology } from './delete-topology.js';
import { eventually } from './eventually.js';
import { forgetKeys } from './forget-keys.js';
import type { Shop } from './shop.js';

/** How the whole database is saved and put back. */
export interface Backup {
  take(): Promise<void>;
  /** Called while no service runs. */
  restore(): Promise<void>;
}

/** Runs one step of the drill; told its name, so that it can say how long that took. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const UNITS = 5;

/**
 * Sells, saves the database, sells on, loses everything, and does what docs/restoring.md says; then holds what stands
 * there against what stood there when it was saved. Redis is emptied, and RabbitMQ loses its queues with their messages.
 *
 * @throws AssertionError when the platform does not go on from where it was saved.
 */
export async function drillRestore(
  shop: Shop,
  backup: Backup,
  step: Step = (_, work) => work(),
): Promise<void> {
  const product = await shop.createProduct({ stock: UNITS, limitPerBuyer: 1 });
  const lines = [{ productId: product.id, quantity: 1 }];
  const [owner, holder, told, late, refunded] = (await shop.accounts(5)) as [
    Buyer,
    Buyer,
    Buyer,
    Buyer,
    Buyer,
  ];

  const before = await step('sell, until the backup', async () => {
    const owned = await owner.buys(lines);
    const returned = await refunded.buys(lines);
    await refunded.cancels(returned.id);
    await refunded.seesOrder(returned.id, 'REFUNDED');
    const held = await holder.places(lines);
    const toldOf = await told.places(lines);
    // Its order.paid is published, and waits in a queue that nobody reads: it is only in the broker.
    await shop.services.catalog.stop();
    await told.pays(toldOf.id);
    await told.seesOrder(toldOf.id, 'PAID');
    await eventually(async () => strictEqual(await unpublished(shop), 0));
    return { owned, held, toldOf, onItsWay: await idOfPaid(shop, toldOf.id) };
  });
  await step('back up', () => backup.take());

  const lateKey = randomUUID();
  const lost = await step('sell on', async () => {
    const order = await late.places(lines, lateKey);
    await late.pays(order.id);
    await late.seesOrder(order.id, 'PAID');
    await owner.cancels(before.owned.id);
    await owner.seesOrder(before.owned.id, 'REFUNDED');
    await holder.cancels(before.held.id);
    return order;
  });

  await step('stop the services', () => Promise.all(SERVICES.map((name) => shop.services[name].stop())));
  await step('restore the database', () => backup.restore());
  const handled = await ageByEightDays(shop);
  await step('empty Redis and RabbitMQ', async () => {
    await forgetKeys(shop.redis, shop.namespace);
    await deleteTopology({ url: shop.amqpUrl, namespace: shop.namespace });
  });
  await step('have messages published again', () => republish(shop.sql('order'), 60));
  await step('start the services', async () => {
    for (const name of SERVICES) shop.services[name].start();
    for (const name of [...SERVICES, 'gateway'] as const) await shop.services[name].ready();
    // Everybody has queues by now: there is nothing to wait for.
    await republish(shop.sql('order'), 0);
  });
  const republishedAt = await clockOf(shop);

  await step('hold it against the backup', async () => {
    await told.seesConfirmed(before.toldOf.id);
    // A watchdog would have told it under another id: that nobody else tells of is lost without this one.
    const arrived = 'SELECT FROM inbox WHERE message_id = $1';
    await eventually(async () => strictEqual(await shop.sql('catalog').run(arrived, [before.onItsWay]), 1));
    strictEqual((await owner.order(before.owned.id)).data.order.status, 'CONFIRMED');
    strictEqual((await late.order(lost.id)).errors?.[0]?.extensions.code, 'NOT_FOUND');
    // Who holds a unit pays it, and the lost order's key makes the same order again.
    await holder.pays(before.held.id);
    await holder.seesConfirmed(before.held.id);
    strictEqual((await late.places(lines, lateKey)).id, lost.id);
    const stock = { total: UNITS, available: 1, held: 1, sold: 3 };
    await eventually(async () => deepStrictEqual(await readRedisStock(shop, product.id), stock));
  });
  await step('give no money back twice', async () => {
    await owner.cancels(before.owned.id);
    await owner.seesOrder(before.owned.id, 'REFUNDED');
    strictEqual((await shop.providerCalls(before.owned.id)).cancel, 1);
  });
  await step('check the invariants', () => shop.invariants());
  strictEqual(await handledAgain(shop, handled, republishedAt), 0);
}

const INBOXES = SERVICES.map(
  (schema) => `SELECT message_id || queue AS name, handled_at FROM "${schema}".inbox`,
);

/**
 * As if the backup were older than published messages and handled ones are kept: who starts on it tidies at once.
 * @returns what had been handled
 */
async function ageByEightDays(shop: Shop): Promise<string[]> {
  for (const schema of SERVICES) {
    const { run } = shop.sql(schema);
    await run(`UPDATE outbox SET published_at = published_at - interval '8 days'`);
    await run(`UPDATE inbox SET handled_at = handled_at - interval '8 days'`);
  }
  return (await shop.sql('order').query<{ name: string }>(INBOXES.join(' UNION ALL '))).map(
    ({ name }) => name,
  );
}

async function clockOf(shop: Shop): Promise<Date> {
  const [clock] = await shop.sql('order').query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return clock!.now;
}

async function handledAgain(shop: Shop, names: string[], since: Date): Promise<number> {
  const all = `SELECT FROM (${INBOXES.join(' UNION ALL ')}) inboxes WHERE name = ANY($1) AND handled_at > $2`;
  return shop.sql('order').run(all, [names, since]);
}

async function idOfPaid(shop: Shop, orderId: string): Promise<string> {
  const said = `SELECT message_id AS id FROM outbox WHERE routing_key = 'order.paid' AND body ->> 'orderId' = $1`;
  const [paid] = await shop.sql('order').query<{ id: string }>(said, [orderId]);
  return paid!.id;
}

async function unpublished(shop: Shop): Promise<number> {
  const tables = SERVICES.map((schema) => `SELECT id FROM "${schema}".outbox WHERE published_at IS NULL`);
  return (await shop.sql('order').query(tables.join(' UNION ALL '))).length;
}
