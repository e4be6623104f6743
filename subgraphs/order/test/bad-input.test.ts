import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IDENTITY_HEADER, signIdentity, type Identity, type Role } from '@stampede/shared/identity';
import { eventually, IDENTITY_SECRET, openShop, type Buyer, type Shop } from '@stampede/shared/testing';
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { HOME } from './fake-addresses.js';
import { expectNothingInternal, readEverything } from './outside-view.js';

const HOUR = 3_600_000;
let shop: Shop;
let buyer: Buyer;
let stranger: Buyer;
let open: string;
let second: string;
let scheduled: string;
let closed: string;
let owned: { id: string };
beforeAll(async () => {
  shop = await openShop({ stock: 10, limitPerBuyer: 2 });
  [buyer, stranger] = (await shop.accounts(2)) as [Buyer, Buyer];
  open = shop.product.id;
  second = (await shop.createProduct()).id;
  scheduled = (await shop.createProduct({ opensAt: new Date(Date.now() + HOUR) })).id;
  const past = { opensAt: new Date(Date.now() - 2 * HOUR), closesAt: new Date(Date.now() - HOUR) };
  closed = (await shop.createProduct(past)).id;
  owned = await buyer.places([{ productId: open, quantity: 1 }], 'the-first-key');
  // Each is in Redis before anything is compared.
  await shop.client.send('{ products { edges { node { stock { total } } } } }');
  await shop.invariants();
});
afterAll(() => shop[Symbol.asyncDispose]());

const now = () => readEverything(shop);
const line = (productId: string, quantity = 1) => ({ productId, quantity });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

interface Answer {
  status?: number;
  data?: unknown;
  errors?: { message: string; path?: unknown; extensions: { code: string } }[];
}

/** Asks, and expects that nothing changed anywhere, and that nothing internal is shown. */
async function harmlessly<T extends Answer>(ask: () => Promise<T>): Promise<T> {
  const before = await now();
  const answer = await ask();
  expect(await now()).toEqual(before);
  expectNothingInternal(shop, answer);
  return answer;
}
const codesOf = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code);

const UUID = '00000000-0000-4000-8000-000000000000';
const nested = (value: unknown, times: number): unknown => (times === 0 ? value : nested([value], times - 1));
const tooMany = () => Array.from({ length: 21 }, () => line(randomUUID()));
const baskets: [what: string, lines: () => unknown, code: string, path: string | null][] = [
  ['an unknown product', () => [line(UUID)], 'NOT_FOUND', null],
  ['an id that is none', () => [line('no-id')], 'NOT_FOUND', null],
  ['an id that is SQL', () => [line(`${UUID}'; DROP TABLE orders; --`)], 'NOT_FOUND', null],
  ['an id that would be another key of Redis', () => [line(`${open}}:stock`)], 'NOT_FOUND', null],
  [
    'a known product and an unknown one',
    () => [line(open), line('ffffffff-ffff-4fff-8fff-ffffffffffff')],
    'NOT_FOUND',
    null,
  ],
  ['quantity 0', () => [line(open, 0)], 'BAD_USER_INPUT', 'input.lines.0.quantity'],
  ['a negative quantity', () => [line(second), line(open, -1)], 'BAD_USER_INPUT', 'input.lines.1.quantity'],
  ['quantity 10^9', () => [line(open, 1_000_000_000)], 'BAD_USER_INPUT', 'input.lines.0.quantity'],
  [
    'quantities that are too many together',
    () => [line(open, 600), line(open, 600)],
    'BAD_USER_INPUT',
    'input.lines.1.quantity',
  ],
  ['a quantity that is no Int', () => [line(open, 2 ** 31)], 'BAD_USER_INPUT', 'input.lines[0].quantity'],
  ['half a unit', () => [line(open, 1.5)], 'BAD_USER_INPUT', 'input.lines[0].quantity'],
  [
    'a text for a quantity',
    () => [{ productId: open, quantity: '1' }],
    'BAD_USER_INPUT',
    'input.lines[0].quantity',
  ],
  ['the largest Int', () => [line(open, 2 ** 31 - 1)], 'BAD_USER_INPUT', 'input.lines.0.quantity'],
  ['the smallest Int', () => [line(open, -(2 ** 31))], 'BAD_USER_INPUT', 'input.lines.0.quantity'],
  [
    'quantities that make a small one together, were they added in 32 bits',
    () => [line(open, 2 ** 31 - 1), line(open, 2 ** 31 - 1), line(open, 3)],
    'BAD_USER_INPUT',
    'input.lines.0.quantity',
  ],
  [
    'too many together, of an id in small and capital letters',
    () => [line(open, 999), line(second), line(open.toUpperCase(), 2)],
    'BAD_USER_INPUT',
    'input.lines.2.quantity',
  ],
  [
    'a true quantity',
    () => [{ productId: open, quantity: true }],
    'BAD_USER_INPUT',
    'input.lines[0].quantity',
  ],
  ['null for a line', () => [line(open), null], 'BAD_USER_INPUT', 'input.lines[1]'],
  ['lines within lines', () => nested([line(open)], 5), 'BAD_USER_INPUT', 'input.lines[0]'],
  ['lines within 500 lines', () => nested([line(open)], 500), 'GRAPHQL_VALIDATION_FAILED', null],
  ['an id of 10,000 characters', () => [line('a'.repeat(10_000))], 'NOT_FOUND', null],
  ['an id of other digits', () => [line('０'.repeat(8) + UUID.slice(8))], 'NOT_FOUND', null],
  ['an id with something unseen', () => [line(`${open}\u200b`)], 'NOT_FOUND', null],
  ['an id that ends in a new line', () => [line(`${open}\n`)], 'NOT_FOUND', null],
  ['no quantity', () => [{ productId: open }], 'BAD_USER_INPUT', 'input.lines[0]'],
  ['21 lines', tooMany, 'BAD_USER_INPUT', 'input.lines'],
  ['1,000 lines of one product', () => Array(1_000).fill(line(open)), 'BAD_USER_INPUT', 'input.lines'],
];

test.each(baskets)('checkout of %s', async (_, lines, code, path) => {
  const answer = await harmlessly(() => stranger.checkout(lines() as never));
  expect(codesOf(answer)).toEqual([code]);
  expect(answer.data ?? null).toBeNull();
  const fields = path && [{ path, message: expect.any(String) }];
  expect(answer.errors?.[0]?.extensions).toEqual({ code, ...(fields && { fields }) });
});

const given = (part: object) => ({ address: { ...HOME, ...part } });
const shipTos: [what: string, shipTo: object, path: string][] = [
  ['no recipient', given({ recipient: ' ' }), 'input.address.recipient'],
  ['a recipient of 101 characters', given({ recipient: 'x'.repeat(101) }), 'input.address.recipient'],
  ['a phone that is none', given({ phone: 'none' }), 'input.address.phone'],
  ['a postal code that is none', given({ postalCode: '12' }), 'input.address.postalCode'],
  ['no street', given({ line1: '' }), 'input.address.line1'],
  ['a second line with a tab', given({ line2: 'a\tb' }), 'input.address.line2'],
  ['a label of 51 characters', given({ label: 'x'.repeat(51) }), 'input.address.label'],
  ['a text that no database keeps', given({ line1: 'half \ud800' }), 'input.address.line1'],
  ['a saved address and a given one', { ...given({}), addressId: UUID }, 'input.address'],
];

test.each(shipTos)('checkout to %s', async (_, shipTo, path) => {
  const answer = await harmlessly(() => stranger.checkout([line(open)], randomUUID(), shipTo));
  const fields = [{ path, message: expect.any(String) }];
  expect(answer.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', fields });
});

test('checkout to a saved address that is none, or somebody else’s', async () => {
  for (const addressId of ['', 'no-id', `${UUID}'; DROP TABLE orders; --`]) {
    const answer = await harmlessly(() => stranger.checkout([line(open)], randomUUID(), { addressId }));
    expect(codesOf(answer)).toEqual(['NOT_FOUND']);
  }
  const save = 'mutation ($input: AddressInput!) { saveAddress(input: $input) { id } }';
  const theirs = (await buyer.send(save, { input: HOME })).data.saveAddress.id as string;
  const before = (await now()).states;
  for (const addressId of [UUID, theirs]) {
    const answer = await stranger.checkout([line(second)], randomUUID(), { addressId });
    expect(answer.errors?.map(({ message, extensions }) => [message, extensions])).toEqual([
      ['There is no such address.', { code: 'NOT_FOUND' }],
    ]);
  }
  expect((await now()).states).toEqual(before);
  // What was held for it comes back.
  await shop.invariants();
  const stock = await shop.redis.hgetall(`${shop.namespace}:{p:${second}}:stock`);
  expect(stock).toMatchObject({ available: '100', held: '0', sold: '0' });
});

test.each(['', 'short', 'x'.repeat(65), 'with a space', 'ключ-ключ', 'line\nbreak', "quote'quote"])(
  'checkout with the idempotency key %j',
  async (key) => {
    const answer = await harmlessly(() => stranger.checkout([line(open)], key));
    expect(answer.errors?.[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.idempotencyKey', message: expect.any(String) }],
    });
  },
);

test('checkout of nothing', async () => {
  for (const lines of [[], null, undefined]) {
    const { data, errors } = await harmlessly(() => stranger.checkout(lines as never));
    expect(errors).toBeUndefined();
    expect(data.checkout).toEqual({ __typename: 'CartEmpty', message: expect.any(String) });
  }
});

test('checkout before a sale opens, and after it closed', async () => {
  const times = await shop
    .sql('catalog')
    .query<{ id: string; opens_at: Date }>('SELECT id, opens_at FROM product');
  const opensAt = (id: string) => times.find((row) => row.id === id)?.opens_at.toISOString();
  for (const [productId, phase] of [
    [scheduled, 'SCHEDULED'],
    [closed, 'CLOSED'],
  ] as const) {
    const { data } = await harmlessly(() => stranger.checkout([line(open), line(productId)]));
    const message = expect.any(String);
    expect(data.checkout).toEqual({
      __typename: 'SaleNotOpen',
      message,
      productId,
      phase,
      opensAt: opensAt(productId),
    });
  }
});

test('checkout over the limit, at once and on top of what one has', async () => {
  const refused = { __typename: 'LimitExceeded', message: expect.any(String), productId: open, limit: 2 };
  const atOnce = await harmlessly(() => stranger.checkout([line(open, 3)]));
  expect(atOnce.data.checkout).toEqual({ ...refused, alreadyOrdered: 0 });
  for (const again of [open, open.toUpperCase()]) {
    const together = await harmlessly(() => stranger.checkout([line(open), line(again, 2)]));
    expect(together.data.checkout).toEqual({ ...refused, alreadyOrdered: 0 });
  }
  const onTop = await harmlessly(() => buyer.checkout([line(open, 2)]));
  expect(onTop.data.checkout).toEqual({ ...refused, alreadyOrdered: 1 });
});

test('the same idempotency key with another basket', async () => {
  for (const lines of [[line(open, 2)], [line(open), line(second)]]) {
    const answer = await harmlessly(() => buyer.checkout(lines, 'the-first-key'));
    expect(codesOf(answer)).toEqual(['IDEMPOTENCY_CONFLICT']);
  }
  // Without a product in common only PostgreSQL sees it: what was held meanwhile comes back.
  expect(codesOf(await buyer.checkout([line(second)], 'the-first-key'))).toEqual(['IDEMPOTENCY_CONFLICT']);
  await eventually(async () => {
    const stock = await shop.redis.hgetall(`${shop.namespace}:{p:${second}}:stock`);
    expect(stock).toMatchObject({ available: '100', held: '0', sold: '0' });
  });
  const same = await harmlessly(() => buyer.checkout([line(open)], 'the-first-key'));
  expect(same.data.checkout.id).toBe(owned.id);
});

const ORDER_CALLS = {
  order: 'query ($id: ID!) { order(id: $id) { id status } }',
  cancelOrder: 'mutation ($id: ID!) { cancelOrder(id: $id) { __typename } }',
  shipOrder:
    'mutation ($id: ID!) { shipOrder(id: $id, carrier: "CJ Logistics", trackingNumber: "1") { id } }',
  startPayment: `mutation ($id: ID!) { startPayment(input: {
    orderId: $id, provider: KAKAOPAY, returnUrl: "http://localhost:4000/return" }) { __typename } }`,
};

test.each(Object.entries(ORDER_CALLS))('%s of someone else’s order is as of none', async (field, call) => {
  const [theirs, none, noId] = await Promise.all(
    [owned.id, randomUUID(), 'no-id'].map((id) => stranger.send(call, { id })),
  );
  expect(codesOf(theirs!)).toEqual(['NOT_FOUND']);
  expect({ ...theirs, headers: {} }).toEqual({ ...none, headers: {} });
  expect({ ...theirs, headers: {} }).toEqual({ ...noId, headers: {} });
  await harmlessly(() => stranger.send(call, { id: owned.id }));
  expect((await buyer.order(owned.id)).data.order.status).toBe('PENDING_PAYMENT');
  expect(field in ORDER_CALLS).toBe(true);
});

test('orderChanged of someone else’s order is as of none, and shows nothing', async () => {
  for (const id of [owned.id, owned.id.toUpperCase(), randomUUID(), 'no-id', `${owned.id}' OR '1'='1`, '']) {
    const answer = await harmlessly(() => asksToFollow(stranger, id));
    expect([codesOf(answer), answer.data ?? null]).toEqual([['NOT_FOUND'], null]);
  }
});

/** Subscribes to an order over server-sent events. @returns the one answer, after which the stream has ended */
async function asksToFollow(person: Buyer, id: string): Promise<Answer> {
  const response = await fetch(`${shop.gatewayUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...bearer(person.account.accessToken),
    },
    body: graphql('subscription ($id: ID!) { orderChanged(id: $id) { id status } }', { id }),
    signal: AbortSignal.timeout(30_000),
  });
  const events = [...(await response.text()).matchAll(/^event: next\ndata: (.*)$/gm)];
  expect(events).toHaveLength(1);
  return JSON.parse(events[0]?.[1] ?? '') as Answer;
}

test('orders of others are in no list', async () => {
  const mine = await harmlessly(() => stranger.send('{ orders { totalCount edges { node { id } } } }'));
  expect(mine.data.orders).toEqual({ totalCount: 0, edges: [] });
  for (const scope of ['SOLD', 'ALL']) {
    const answer = await harmlessly(() => stranger.send(`{ orders(scope: ${scope}) { totalCount } }`));
    expect(codesOf(answer)).toEqual(['FORBIDDEN']);
  }
});

test.each([
  ['garbage', 'Z2FyYmFnZQ'],
  [
    'a day that is not',
    Buffer.from(JSON.stringify(['orders:BOUGHT', '2026-02-31T00:00:00.000000Z', UUID])).toString('base64url'),
  ],
  [
    'an id of dashes',
    Buffer.from(JSON.stringify(['orders:BOUGHT', '2026-02-01T00:00:00.000000Z', '-'.repeat(36)])).toString(
      'base64url',
    ),
  ],
])('a cursor of %s', async (_, after) => {
  const ask = () => buyer.send('query ($after: String) { orders(after: $after) { totalCount } }', { after });
  expect((await harmlessly(ask)).errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'after' }],
  });
});

test('a reason that no database keeps', async () => {
  const call =
    'mutation ($id: ID!, $reason: String) { cancelOrder(id: $id, reason: $reason) { __typename } }';
  for (const reason of ['\0', 'half \ud800', 'x'.repeat(201), 'two\nlines', '\u001b[2J']) {
    const answer = await harmlessly(() => buyer.send(call, { id: owned.id, reason }));
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  }
});

const SET_CART_LINE = `mutation ($productId: ID!, $quantity: Int!) {
  setCartLine(productId: $productId, quantity: $quantity) { lines { quantity } } }`;
const cartLines: [what: string, line: () => object, code: string, path: string | null][] = [
  ['fewer than no units', () => line(open, -1), 'BAD_USER_INPUT', 'quantity'],
  ['1,001 units', () => line(open, 1_001), 'BAD_USER_INPUT', 'quantity'],
  ['the largest Int', () => line(open, 2 ** 31 - 1), 'BAD_USER_INPUT', 'quantity'],
  ['more than an Int', () => line(open, 2 ** 31), 'BAD_USER_INPUT', 'quantity'],
  ['half a unit', () => line(open, 0.5), 'BAD_USER_INPUT', 'quantity'],
  ['a text', () => ({ productId: open, quantity: '1' }), 'BAD_USER_INPUT', 'quantity'],
  ['an unknown product', () => line(UUID), 'NOT_FOUND', null],
  ['an id that is none', () => line('no-id'), 'NOT_FOUND', null],
  ['an id with something unseen', () => line(`${open}\u200b`), 'NOT_FOUND', null],
  ['an id of 10,000 characters', () => line('a'.repeat(10_000)), 'NOT_FOUND', null],
];

test.each(cartLines)('into the cart: %s', async (_, variables, code, path) => {
  await buyer.setCartLine(second, 2);
  const answer = await harmlessly(() => buyer.send(SET_CART_LINE, variables()));
  const fields = path && [{ path, message: expect.any(String) }];
  expect(answer.errors?.[0]?.extensions).toEqual({ code, ...(fields && { fields }) });
  expect((await buyer.cart()).data.cart.lines).toEqual([line(second, 2)]);
});

test('a 21st product into the cart, and one more of those that are in it', async () => {
  const collector = await shop.buyer();
  await collector.setCartLine(open);
  // Of products that have gone since: they stay where their buyer sees them.
  await shop.sql('order').run(
    `INSERT INTO cart_line (buyer_id, product_id, quantity)
     SELECT $1, gen_random_uuid(), 1 FROM generate_series(1, 19)`,
    [collector.id],
  );
  const answer = await harmlessly(() => collector.setCartLine(second));
  expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  const { data } = await collector.setCartLine(open.toUpperCase(), 2);
  expect(data.setCartLine.lines).toHaveLength(20);
  expect(data.setCartLine.lines[0]).toEqual(line(open, 2));
  // All of them or none: what is there is not held for the sake of what is not.
  expect(codesOf(await harmlessly(() => collector.checkout(null)))).toEqual(['NOT_FOUND']);
});

test('a cart of closed sales, and of one that has not opened', async () => {
  const early = await shop.buyer();
  expect((await harmlessly(() => early.checkout(null))).data.checkout.__typename).toBe('CartEmpty');
  await early.setCartLine(open);
  for (const [productId, phase] of [
    [closed, 'CLOSED'],
    [scheduled, 'SCHEDULED'],
  ] as const) {
    await early.setCartLine(productId);
    const { data } = await harmlessly(() => early.checkout(null));
    expect(data.checkout).toMatchObject({ __typename: 'SaleNotOpen', productId, phase });
    await early.setCartLine(productId, 0);
  }
  expect((await early.cart()).data.cart.lines).toEqual([line(open)]);
});

test('shipping what one does not sell, what is not paid, and by nobody', async () => {
  const [other] = await shop.accounts(1, 'SELLER');
  expect(codesOf(await harmlessly(() => other!.shipOrder(owned.id)))).toEqual(['NOT_FOUND']);
  expect(codesOf(await harmlessly(() => buyer.shipOrder(owned.id)))).toEqual(['NOT_FOUND']);
  for (const [carrier, trackingNumber, path] of [
    ['CJ Logistics', '6400', 'id'],
    [' ', '6400', 'carrier'],
    ['CJ Logistics', 'x'.repeat(51), 'trackingNumber'],
    ['CJ\u0000', '6400', 'carrier'],
    ['CJ Logistics', '\u200b', 'trackingNumber'],
  ] as const) {
    const answer = await harmlessly(() => shop.seller.shipOrder(owned.id, carrier, trackingNumber));
    expect(answer.errors?.[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      fields: [{ path, message: expect.any(String) }],
    });
  }
});

test('its seller neither reads, follows nor cancels an order that is somebody else’s', async () => {
  for (const call of [ORDER_CALLS.order, ORDER_CALLS.cancelOrder]) {
    const answer = await harmlessly(() => shop.seller.send(call, { id: owned.id }));
    expect(codesOf(answer)).toEqual(['NOT_FOUND']);
  }
  expect(codesOf(await harmlessly(() => asksToFollow(shop.seller, owned.id)))).toEqual(['NOT_FOUND']);
});

/** A token of this buyer with its parts replaced. */
function forge(change: { header?: object; claims?: object; sign?: (signed: string) => string }): string {
  const [head = '', body = '', signature = ''] = buyer.account.accessToken.split('.');
  const altered = (part: string, by: object = {}) =>
    Buffer.from(
      JSON.stringify({ ...(JSON.parse(Buffer.from(part, 'base64url').toString()) as object), ...by }),
    ).toString('base64url');
  const signed = `${altered(head, change.header)}.${altered(body, change.claims)}`;
  return `${signed}.${change.sign?.(signed) ?? signature}`;
}
const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const tokens: Record<string, () => string | Promise<string>> = {
  'that has expired': async () => (await shop.accounts(1, 'BUYER', -1))[0]!.account.accessToken,
  'that another key signed': () =>
    forge({ sign: (signed) => sign('sha256', Buffer.from(signed), otherKey).toString('base64url') }),
  'without a signature (alg none)': () => forge({ header: { alg: 'none' }, sign: () => '' }),
  'of alg none with a signature': () => forge({ header: { alg: 'none' } }),
  'signed with a password': () =>
    forge({
      header: { alg: 'HS256' },
      sign: (signed) => createHmac('sha256', IDENTITY_SECRET).update(signed).digest('base64url'),
    }),
  'with another role': () => forge({ claims: { role: 'OPERATOR' } }),
  'with another holder': () => forge({ claims: { sub: stranger.id } }),
  'with a longer life': () => forge({ claims: { exp: 4_000_000_000 } }),
  'of garbage': () => 'garbage',
  'of three parts of garbage': () => 'a.b.c',
  'that is empty': () => '',
};

test.each(Object.entries(tokens))('a token %s', async (_, make) => {
  // Made before the counting: an expired one is of an account of its own.
  const headers = bearer(await make());
  const publicly = await harmlessly(() => shop.client.send('{ products { totalCount } }', {}, headers));
  expect(publicly).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(publicly.data).toBeUndefined();
  const privately = await harmlessly(() =>
    shop.client.send(ORDER_CALLS.cancelOrder, { id: owned.id }, headers),
  );
  expect(codesOf(privately)).toEqual(['UNAUTHENTICATED']);
});

const CHECKOUT = 'mutation ($input: CheckoutInput!) { checkout(input: $input) { __typename } }';
const CREATE = 'mutation ($input: ProductInput!) { createProduct(input: $input) { id } }';
const input = { lines: [{ productId: UUID, quantity: 1 }], idempotencyKey: 'the-first-key' };
const product = { name: 'X', brands: ['X'], price: 1_000, stock: 1, opensAt: new Date() };

test('what needs somebody signed in, without a token', async () => {
  const id = owned.id;
  for (const [query, variables] of [
    [CHECKOUT, { input }],
    [CREATE, { input: product }],
    ['{ orders { totalCount } }', {}],
    ['{ cart { total { amount } } }', {}],
    [SET_CART_LINE, line(open)],
    ['mutation { clearCart { total { amount } } }', {}],
    ...Object.values(ORDER_CALLS).map((call) => [call, { id }] as const),
  ] as const) {
    expect(codesOf(await harmlessly(() => shop.client.send(query, variables)))).toEqual(['UNAUTHENTICATED']);
  }
});

test('a buyer, or an operator, creates a product', async () => {
  const operator = (await shop.accounts(1, 'OPERATOR'))[0]!;
  for (const person of [buyer, operator]) {
    const answer = await harmlessly(() => person.send(CREATE, { input: product }));
    expect(codesOf(answer)).toEqual(['FORBIDDEN']);
  }
});

const userOf = (person: Buyer, role: Role = 'BUYER'): Identity => ({
  kind: 'user',
  userId: person.id,
  role,
  sessionId: person.account.sessionId,
});

test.each([
  ['a wrong secret', 'wrong-secret-wrong-secret-wrong-secret'],
  ['the right secret', IDENTITY_SECRET],
])('identity headers that a client sends, signed with %s, are not read', async (_, secret) => {
  const query = '{ me { id } }';
  const body = JSON.stringify({ query, variables: {} });
  for (const audience of ['user', 'order', 'gateway']) {
    const identity = userOf(stranger, 'OPERATOR');
    const header = signIdentity(secret, { audience, identity, requestId: randomUUID() }, body);
    for (const name of [IDENTITY_HEADER, IDENTITY_HEADER.toUpperCase()]) {
      const anonymous = await harmlessly(() => shop.client.send(query, {}, { [name]: header }));
      expect(anonymous.data).toEqual({ me: null });
      const own = await harmlessly(() => buyer.send(query, {}, { [name]: header }));
      expect(own.data).toEqual({ me: { id: buyer.id } });
    }
  }
});

type SubgraphName = 'user' | 'catalog' | 'order' | 'payment';
/** Asks a subgraph itself, past the gateway. */
async function direct(name: SubgraphName, body: string, header?: string) {
  const response = await fetch(`${shop.services[name].url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(header !== undefined && { [IDENTITY_HEADER]: header }),
    },
    body,
  });
  return { status: response.status, ...((await response.json()) as Answer) };
}
const graphql = (query: string, variables: object = {}) => JSON.stringify({ query, variables });
const signed = (
  audience: string,
  body: string,
  identity: Identity,
  secret = IDENTITY_SECRET,
  at = Date.now(),
) => signIdentity(secret, { audience, identity, requestId: randomUUID() }, body, at);

test('a subgraph that is asked directly does nothing without a fresh signature over this very request', async () => {
  const body = graphql(CHECKOUT, { input: { lines: [line(open)], idempotencyKey: 'direct-key' } });
  const other = graphql(CHECKOUT, { input: { lines: [line(open, 2)], idempotencyKey: 'direct-key' } });
  const who = userOf(stranger);
  const good = signed('order', body, who);
  const [payload, mac] = good.split('.') as [string, string];
  const headers: Record<string, string | undefined> = {
    none: undefined,
    empty: '',
    garbage: 'garbage',
    'another secret': signed('order', body, who, 'wrong-secret-wrong-secret-wrong-secret'),
    'no mac': `${payload}.`,
    'half a mac': `${payload}.${mac.slice(0, 20)}`,
    'another mac': `${payload}.${mac.split('').toReversed().join('')}`,
    'another payload': `${signed('order', body, userOf(buyer)).split('.')[0]}.${mac}`,
    'more parts': `${good}.x`,
    old: signed('order', body, who, IDENTITY_SECRET, Date.now() - 31_000),
    'of the future': signed('order', body, who, IDENTITY_SECRET, Date.now() + 33_000),
    'another audience': signed('catalog', body, who),
    'another body': signed('order', other, who),
  };
  for (const [what, header] of Object.entries(headers)) {
    const answer = await harmlessly(() => direct('order', body, header));
    expect({ what, status: answer.status }).toEqual({ what, status: 401 });
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
    expect(answer.data).toBeUndefined();
  }
  for (const name of ['user', 'catalog', 'payment'] as const) {
    expect((await harmlessly(() => direct(name, graphql('{ __typename }')))).status).toBe(401);
  }
  // It is only these faults that it refuses: of 25 s ago is not old yet.
  const fresh = graphql('{ __typename }');
  const answer = await direct(
    'order',
    fresh,
    signed('order', fresh, who, IDENTITY_SECRET, Date.now() - 25_000),
  );
  expect(answer.data).toEqual({ __typename: 'Query' });
});

const SERVICE_ONLY: [field: string, service: SubgraphName, mayAsk: string, query: (id: string) => string][] =
  [
    ['orderToPay', 'order', 'payment', (id) => `{ orderToPay(orderId: "${id}") { buyerId } }`],
    [
      'markDeciding',
      'order',
      'payment',
      (id) =>
        `mutation { markDeciding(marks: [{ orderId: "${id}", paymentId: "${id}", attempt: 1, amount: 1 }]) }`,
    ],
    [
      'clearDeciding',
      'order',
      'payment',
      (id) => `mutation { clearDeciding(orderId: "${id}", paymentId: "${id}", attempt: 1) }`,
    ],
    ['warmStock', 'order', 'catalog', () => `mutation { warmStock(productId: "${open}") }`],
    [
      'stockTruth',
      'catalog',
      'order',
      () => `mutation { stockTruth(productId: "${open}", epoch: 999, unconfirmed: []) { total } }`,
    ],
    [
      'stockBook',
      'catalog',
      'order',
      () => `{ stockBook(productId: "${open}", first: 10) { orderId status } }`,
    ],
    ['stockLedger', 'catalog', 'order', () => `{ stockLedger(productId: "${open}") { total } }`],
    ['productExists', 'catalog', 'order', () => `{ productExists(productId: "${open}") }`],
    ['orderLetter', 'order', 'user', (id) => `{ orderLetter(orderId: "${id}") { number } }`],
    ['personalDataOfCart', 'order', 'user', () => `{ personalDataOfCart(userId: "${buyer.id}") }`],
    ['savedAddress', 'user', 'order', (id) => `{ savedAddress(userId: "${id}", addressId: "${id}") { id } }`],
  ];

test('the published schema has nothing that is only for services', async () => {
  const { data } = await shop.client.send(`{ __schema { types { name fields { name } } } }`);
  const names = (data.__schema.types as { name: string; fields: { name: string }[] | null }[]).flatMap(
    ({ name, fields }) => [name, ...(fields ?? []).map((field) => field.name)],
  );
  expect(names).toContain('checkout');
  const hidden = [
    ...SERVICE_ONLY.map(([field]) => field),
    'OrderToPay',
    'OrderLetter',
    'StockTruth',
    'StockBookLine',
    'StockLedger',
  ];
  expect(names.filter((name) => hidden.includes(name) || /^_[^_]/.test(name))).toEqual([]);
});

test.each(SERVICE_ONLY)('%s is only for services', async (_, service, mayAsk, query) => {
  const text = query(owned.id);
  const published = await harmlessly(() => buyer.send(text));
  expect(codesOf(published)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  const body = graphql(text);
  const strangers: Identity[] = [
    { kind: 'anonymous' },
    userOf(buyer),
    userOf(buyer, 'OPERATOR'),
    ...['user', 'catalog', 'order', 'payment']
      .filter((name) => name !== mayAsk)
      .map((name) => ({ kind: 'service' as const, service: name })),
  ];
  for (const identity of strangers) {
    const answer = await harmlessly(() => direct(service, body, signed(service, body, identity)));
    expect(codesOf(answer)).toEqual(['FORBIDDEN']);
    expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toEqual([]);
  }
});

test('an order named by its id alone is shown to its buyer and its seller only, also inside the house', async () => {
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order { id status } } }';
  const body = graphql(query, { r: [{ __typename: 'Order', id: owned.id }] });
  for (const [identity, shown] of [
    [{ kind: 'anonymous' }, null],
    [userOf(stranger), null],
    [userOf(stranger, 'SELLER'), null],
    [userOf(shop.seller), null],
    [userOf(shop.seller, 'SELLER'), { id: owned.id, status: 'PENDING_PAYMENT' }],
    [userOf(buyer), { id: owned.id, status: 'PENDING_PAYMENT' }],
  ] as [Identity, unknown][]) {
    const answer = await direct('order', body, signed('order', body, identity));
    expect(answer.data).toEqual({ _entities: [shown] });
  }
});

const malformed: [what: string, query: string, variables: object, code: string][] = [
  ['a query that is cut off', '{ products {', {}, 'GRAPHQL_PARSE_FAILED'],
  ['a query that is none', 'SELECT * FROM orders', {}, 'GRAPHQL_PARSE_FAILED'],
  ['an empty query', '', {}, 'BAD_USER_INPUT'],
  ['an unknown field', '{ products { secrets } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['an unknown type', '{ products { ... on Secret { id } } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['a leaf with a selection', '{ serverTime { at } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['a missing argument', '{ product { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a fragment that names itself',
    '{ products { ...A } } fragment A on ProductConnection { ...A }',
    {},
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a subscription', 'subscription { orderChanged(id: "1") { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a variable of a wrong type',
    'query ($n: Int) { products(first: $n) { totalCount } }',
    { n: 'many' },
    'BAD_USER_INPUT',
  ],
  ['a variable that is missing', 'query ($id: ID!) { product(id: $id) { id } }', {}, 'BAD_USER_INPUT'],
  ['an input with an unknown field', CHECKOUT, { input: { ...input, price: 1 } }, 'BAD_USER_INPUT'],
  ['a scalar that is none', CREATE, { input: { ...product, opensAt: 'soon' } }, 'BAD_USER_INPUT'],
  [
    'two operations and no name',
    'query A { products { totalCount } } query B { serverTime }',
    {},
    'BAD_USER_INPUT',
  ],
];

test.each(malformed)('%s', async (_, query, variables, code) => {
  const answer = await harmlessly(() => shop.seller.send(query, variables));
  expect([...new Set(codesOf(answer))]).toEqual([code]);
  expect(answer.data ?? null).toBeNull();
  if (code === 'BAD_USER_INPUT') {
    expect(answer.errors?.[0]?.extensions.fields).toMatchObject([{ path: expect.any(String) }]);
  }
});

test.each(['{"query": ', '', '[]', 'null', '7', '{"query": ["{ serverTime }"]}', '\0'])(
  'the body %j',
  async (body) => {
    const answer = await harmlessly(() => shop.client.sendRaw(body));
    expect(answer.status).toBe(400);
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  },
);

test('a body over the limit', async () => {
  const { authorization } = bearer(buyer.account.accessToken);
  const body = graphql(CHECKOUT, {
    input: { lines: [line(open)], idempotencyKey: 'too-large' },
    more: 'x'.repeat(150_000),
  });
  const answer = await harmlessly(() => shop.client.sendRaw(body, { authorization }));
  expect(answer.status).toBe(413);
  expect(codesOf(answer)).toEqual(['PAYLOAD_TOO_LARGE']);
});

/** Runs `work` without the user service, and waits until the house has it back. */
async function withoutUser(work: () => Promise<void>): Promise<void> {
  const { user, gateway } = shop.services;
  await user.stop();
  try {
    await work();
  } finally {
    user.start();
    await user.ready();
    await gateway.ready();
  }
}

test('while the user service is away a saved address is waited for, and what is held goes to the retry', async () => {
  const save = 'mutation ($input: AddressInput!) { saveAddress(input: $input) { id } }';
  const addressId = (await stranger.send(save, { input: HOME })).data.saveAddress.id as string;
  const buy = (productId: string, idempotencyKey: string) => {
    const body = graphql(CHECKOUT, { input: { lines: [line(productId)], idempotencyKey, addressId } });
    return direct('order', body, signed('order', body, userOf(stranger)));
  };
  const placed = { checkout: { __typename: 'Order' } };
  expect((await buy(second, 'before-it-went')).data).toEqual(placed);
  await withoutUser(async () => {
    expect(codesOf(await buy(open, 'while-it-was-away'))).toEqual(['SERVICE_UNAVAILABLE']);
    // Who has their order needs nobody for it.
    expect((await buy(second, 'before-it-went')).data).toEqual(placed);
  });
  expect((await buy(open, 'while-it-was-away')).data).toEqual(placed);
});

test('after all of it the house is as it was, and sells', async () => {
  await stranger.buys([line(open)]);
  await shop.invariants();
});
