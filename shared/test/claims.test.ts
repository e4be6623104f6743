import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStockEffects, type Inventory } from '@stampede/shared/inventory';
import { openLog } from '@stampede/shared/telemetry';
import { eventually, openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { relayRound } from '../src/messaging/relay-round.js';

// The tables as a service has them.
const MIGRATIONS = fileURLToPath(new URL('../../subgraphs/order/migrations', import.meta.url));
const WAITING = 600;
const log = openLog('order', 'silent');

let house: TestDatabase;
beforeAll(async () => {
  house = await openTestDatabase('order', MIGRATIONS);
  // The plan that PostgreSQL makes of `IN (SELECT … LIMIT …)` while it takes the table to be small, whatever it holds.
  const admin = new Client({ connectionString: house.adminUrl });
  await admin.connect();
  const name = admin.escapeIdentifier(admin.database as string);
  for (const other of ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material']) {
    await admin.query(`ALTER DATABASE ${name} SET enable_${other} = off`);
  }
  await admin.end();
});
afterAll(() => house[Symbol.asyncDispose]());

test('a round of the outbox takes one batch, however the claim is planned', async () => {
  await house.database.run(
    `INSERT INTO outbox (message_id, routing_key, version, body)
     SELECT gen_random_uuid(), 'number.noted', 1, '{}' FROM generate_series(1, $1::integer)`,
    [WAITING],
  );
  const publisher = {
    publish: () => Promise.resolve(),
    problem: () => undefined,
    close: () => Promise.resolve(),
  };
  const round = {
    database: house.database,
    publisher,
    namespace: 'test',
    published: { inc: () => undefined },
  };
  const rounds = [await relayRound(round), await relayRound(round), await relayRound(round)];
  expect(rounds).toEqual([200, 200, 200]);
  expect(await relayRound(round)).toBe(0);
});

test('a round of stock effects takes one batch, however the claim is planned', async () => {
  const answers: ((answer: 'DONE') => void)[] = [];
  const release = () => new Promise<'DONE'>((resolve) => answers.push(resolve));
  await house.database.run(
    `INSERT INTO stock_effect (product_id, epoch, kind, order_id, hold_epoch, hold_serial)
     SELECT gen_random_uuid(), 1, 'undo', gen_random_uuid(), 1, 1 FROM generate_series(1, $1::integer)`,
    [WAITING],
  );
  const relay = openStockEffects({
    database: house.database,
    inventory: { release } as unknown as Inventory,
    log,
    askForRebuild: () => undefined,
  });
  try {
    for (const batch of [256, 256, 88]) {
      await eventually(() => expect(answers).not.toHaveLength(0));
      expect(answers).toHaveLength(batch);
      for (const answer of answers.splice(0)) answer('DONE');
    }
    await eventually(async () => expect(await relay.pending()).toBe(0));
  } finally {
    for (const answer of answers) answer('DONE');
    await relay.close();
  }
});
