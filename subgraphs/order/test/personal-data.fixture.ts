import { beforeAll, describe, expect, test } from '@jest/globals';
import { IDENTITY_HEADER, signIdentity, type Identity } from '@stampede/shared/identity';
import { IDENTITY_SECRET, type Buyer, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';

let shop: Shop;
let buyer: Buyer;
let orderId: string;

const USER: Identity = { kind: 'service', service: 'user' };

/** Asks a subgraph past the gateway, as `identity`. */
async function ask(
  name: 'order' | 'payment',
  field: string,
  identity: Identity,
  userId: string,
  after?: string,
) {
  const query = `query ($userId: ID!, $after: String) { page: ${field}(userId: $userId, after: $after) }`;
  const body = JSON.stringify({ query, variables: { userId, after } });
  const signed = signIdentity(IDENTITY_SECRET, { audience: name, identity, requestId: 'test' }, body);
  const response = await fetch(`${shop.services[name].url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: signed },
    body,
  });
  return (await response.json()) as {
    data?: { page: string } | null;
    errors?: { extensions: { code: string } }[];
  };
}

interface Page {
  items: Record<string, unknown>[];
  next: string | null;
}

async function pageOf(name: 'order' | 'payment', userId: string, after?: string): Promise<Page> {
  const field = name === 'order' ? 'personalDataOfOrders' : 'personalDataOfPayments';
  const { data } = await ask(name, field, USER, userId, after);
  return JSON.parse(data?.page ?? '') as Page;
}

/** What a person is given of themselves, and what stays of them. */
export const personalData = (opened: () => Shop) =>
  describe('personal data', () => {
    beforeAll(async () => {
      shop = opened();
      buyer = await shop.buyer();
      orderId = (await buyer.buys([{ productId: shop.product.id, quantity: 2 }])).id;
    });

    test('tells the user service of a person’s orders, with lines and timeline', async () => {
      const { items, next } = await pageOf('order', buyer.id);
      expect(next).toBeNull();
      expect(items).toHaveLength(1);
      expect(items[0]).toMatchObject({
        id: orderId,
        status: 'CONFIRMED',
        total: 200_000,
        lines: [{ productId: shop.product.id, productName: 'Test sneaker', quantity: 2, unitPrice: 100_000 }],
        timeline: ['PENDING_PAYMENT', 'PAID', 'CONFIRMED'].map((status) => ({ status })),
        refunds: null,
      });
    });

    test('tells a person what is in their cart, the newest first', async () => {
      const person = await shop.buyer();
      const later = await shop.createProduct({ name: 'Later' });
      await person.setCartLine(shop.product.id, 2);
      await person.setCartLine(later.id);
      const { data } = await person.send('{ exportMyData }');
      const { cart } = JSON.parse(String(data.exportMyData)) as { cart: object };
      const addedAt = expect.any(String);
      expect(cart).toEqual([
        { productId: later.id, product: 'Later', quantity: 1, addedAt },
        { productId: shop.product.id, product: 'Test sneaker', quantity: 2, addedAt },
      ]);
    });

    test('tells of payments what happened, and not what opens them at the provider', async () => {
      const { items } = await pageOf('payment', buyer.id);
      expect(items).toMatchObject([{ orderId, status: 'APPROVED', amount: 200_000, refunds: null }]);
      const [row] = await shop
        .sql('payment')
        .query<{ redirect_url: string }>('SELECT redirect_url FROM payment WHERE order_id = $1', [orderId]);
      const text = JSON.stringify(items);
      expect(text).not.toContain(row?.redirect_url);
      expect(text).not.toMatch(/token|redirect/i);
    });

    test.each([
      ['order', 'personalDataOfOrders'],
      ['order', 'personalDataOfCart'],
      ['payment', 'personalDataOfPayments'],
    ] as const)('tells nobody else, and nothing of others: %s, %s', async (name, field) => {
      const others: Identity[] = [
        { kind: 'service', service: 'catalog' },
        { kind: 'user', userId: buyer.id, sessionId: buyer.account.sessionId, role: 'OPERATOR' },
      ];
      for (const identity of others) {
        const { data, errors } = await ask(name, field, identity, buyer.id);
        expect(data ?? null).toBeNull();
        expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      }
      for (const id of [randomUUID(), 'x']) {
        const { data } = await ask(name, field, USER, id);
        expect(JSON.parse(data?.page ?? '')).toEqual({ items: [], next: null });
      }
      const published = await shop.client.send(`{ ${field}(userId: "${buyer.id}") }`);
      expect(published.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    });

    test('looks after the key that addresses of orders are sealed by', async () => {
      const resealing = await shop.sql('order').query('SELECT key_id FROM resealing');
      expect(resealing).toEqual([{ key_id: shop.sealer.currentKey }]);
    });

    test('lets a person with 10,000 orders and payments have all of them, each once', async () => {
      const hoarder = await shop.buyer();
      // Many of one instant: pages are cut in the middle of them.
      await shop.sql('order').run(
        `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by, placed_at)
     SELECT gen_random_uuid(), $1, '', 'EXPIRED', 1, now(), now() - (n / 1000) * interval '1 day'
       FROM generate_series(1, 10000) AS n`,
        [hoarder.id],
      );
      await shop.sql('payment').run(
        `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url, created_at, window_ends_at)
     SELECT gen_random_uuid(), gen_random_uuid(), $1, 'KAKAOPAY', 'CANCELLED', 1, 'T' || n, '', now(), now()
       FROM generate_series(1, 10000) AS n`,
        [hoarder.id],
      );
      const { data, errors } = await hoarder.send('{ exportMyData }');
      expect(errors).toBeUndefined();
      const kept = JSON.parse(data.exportMyData as string) as Record<'orders' | 'payments', { id: string }[]>;
      for (const list of [kept.orders, kept.payments]) {
        expect(list).toHaveLength(10_000);
        expect(new Set(list.map(({ id }) => id)).size).toBe(10_000);
      }
    });

    test('keeps orders of a person who is gone, without the person', async () => {
      expect((await buyer.send('mutation { deleteAccount }')).data).toEqual({ deleteAccount: true });
      const [operator] = await shop.accounts(1, 'OPERATOR');
      const answer = await operator?.send(`{ order(id: "${orderId}") { id status buyer { id name } } }`);
      expect(answer?.errors).toBeUndefined();
      expect(answer?.data.order).toEqual({ id: orderId, status: 'CONFIRMED', buyer: null });
    });

    test('tells how an order was shipped', async () => {
      const parcel = { carrier: 'CJ Logistics', trackingNumber: '640012345678' };
      await shop.seller.send(
        `mutation ($id: ID!, $carrier: String!, $trackingNumber: String!) {
      shipOrder(id: $id, carrier: $carrier, trackingNumber: $trackingNumber) { id } }`,
        { id: orderId, ...parcel },
      );
      const { items } = await pageOf('order', buyer.id);
      expect(items).toMatchObject([
        { id: orderId, status: 'SHIPPED', delivery: { ...parcel, deliveredAt: null } },
      ]);
    });
  });
