import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { openTossShop } from './toss.fixture.js';

interface Told {
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: { eventType: string; createdAt: string; data: Record<string, unknown> };
}

/** Where a shop is told; it answers with `statuses` in turn, then with 200. */
async function openEar(statuses: number[] = []) {
  const told: Told[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  async function hear(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(incoming);
    told.push({
      url: incoming.url,
      headers: incoming.headers,
      body: JSON.parse(body || '{}') as Told['body'],
    });
    response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end();
    for (const { count, resolve } of waiting) if (told.length >= count) resolve();
  }
  const server = createServer((incoming, response) => void hear(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    webhookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    told,
    /** Until so many have come. */
    hears: (count: number) =>
      new Promise<void>((resolve) => {
        if (told.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const idOf = ({ headers }: Told) => headers['tosspayments-webhook-transmission-id'];
const retriedOf = ({ headers }: Told) => headers['tosspayments-webhook-transmission-retried-count'];

test('every status after READY is told, with the payment as it was', async () => {
  await using ear = await openEar();
  await using shop = await openTossShop(ear);
  const { paymentKey } = await shop.done();
  await shop.cancel(paymentKey, { cancelReason: 'changed mind', cancelAmount: 1_000 });
  await ear.hears(3);
  const { secret } = (await shop.lookup(paymentKey)).body;
  expect(
    ear.told.map(({ body }) => body.data['status']).toSorted((a, b) => String(a).localeCompare(String(b))),
  ).toEqual(['DONE', 'IN_PROGRESS', 'PARTIAL_CANCELED']);
  for (const each of ear.told) {
    expect(each.body).toMatchObject({
      eventType: 'PAYMENT_STATUS_CHANGED',
      createdAt: '2026-11-20T12:00:00.000',
      data: { paymentKey, orderId: 'order-1', secret },
    });
    expect(retriedOf(each)).toBe('0');
  }
  expect(new Set(ear.told.map(idOf)).size).toBe(3);
});

test('what is not answered 200 is told again, under the same id', async () => {
  await using ear = await openEar([500, 204, 302]);
  await using shop = await openTossShop({ ...ear, webhookRetryMs: 1 });
  await shop.visit(shop.windowAddress(), 'fail');
  await ear.hears(4);
  expect(ear.told.map(retriedOf)).toEqual(['0', '1', '2', '3']);
  expect(new Set(ear.told.map(idOf)).size).toBe(1);
  expect(new Set(ear.told.map(({ url }) => url))).toEqual(new Set(['/hook']));
});

test('a payment that runs out is told of without anybody asking', async () => {
  await using ear = await openEar();
  await using shop = await openTossShop(ear);
  await shop.visit(shop.windowAddress(), undefined, 'GET');
  shop.passes(30 * 60_000);
  await ear.hears(1);
  expect(ear.told[0]?.body.data['status']).toBe('EXPIRED');
});

test('one is sent by hand, and again as it was', async () => {
  await using ear = await openEar();
  await using shop = await openTossShop(ear);
  const { paymentKey } = await shop.paid();
  await ear.hears(1);
  const transmissionId = idOf(ear.told[0]!);
  await shop.confirm({ paymentKey, orderId: 'order-1', amount: 22_000 });
  await ear.hears(2);

  const send = (order: object) => shop.send('POST', '/toss/webhooks/send', order);
  expect(await send({ transmissionId })).toEqual({ status: 200, body: { transmissionId, answered: 200 } });
  expect(await send({ orderId: 'order-1', transmissionId: 'mine' })).toMatchObject({
    body: { transmissionId: 'mine' },
  });
  const [again, mine] = ear.told.slice(2);
  expect([idOf(again!), retriedOf(again!), again!.body]).toEqual([transmissionId, '1', ear.told[0]!.body]);
  expect([idOf(mine!), mine!.body.data['status']]).toEqual(['mine', 'DONE']);
  expect((await shop.send('GET', '/toss/webhooks?orderId=order-1')).body).toMatchObject({
    transmissions: [
      { transmissionId, status: 'IN_PROGRESS', attempts: 2 },
      { status: 'DONE', attempts: 1 },
      { transmissionId: 'mine', paymentKey, attempts: 1, answered: 200 },
    ],
  });
  expect((await send({ orderId: 'unknown' })).status).toBe(404);
  expect((await send({})).status).toBe(400);
});

test('without an address none is sent', async () => {
  await using shop = await openTossShop();
  const { paymentKey } = await shop.done();
  expect(await shop.send('POST', '/toss/webhooks/send', { paymentKey })).toMatchObject({
    status: 409,
    body: { error: 'NO_WEBHOOK_URL' },
  });
  expect((await shop.send('GET', '/toss/webhooks')).body).toEqual({ transmissions: [] });
});

test('a shop that is away delays nobody, and closing waits for nothing', async () => {
  const ear = await openEar();
  await ear[Symbol.asyncDispose]();
  await using shop = await openTossShop({ ...ear, webhookRetryMs: 3_600_000 });
  const { paymentKey } = await shop.done();
  expect(await shop.send('POST', '/toss/webhooks/send', { paymentKey })).toMatchObject({
    status: 200,
    body: { answered: null },
  });
});
