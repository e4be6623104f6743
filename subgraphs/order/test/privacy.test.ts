import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SERVICES } from '@stampede/shared/database';
import { eventually, openShop, type Buyer, type Shop } from '@stampede/shared/testing';

/** What a person tells in this test: nothing else in the house is like it. */
const PERSONAL = {
  name: 'Quillonwyrm Abendzeit',
  phone: '010-4711-0815',
  label: 'burrow-by-the-weir',
  recipient: 'Zephyrine Knotgrass',
  postalCode: 'QX7 9ZZ',
  line1: 'Vermilionstrasse 4711',
  line2: 'Thistledown door',
};
const { name, phone, ...address } = PERSONAL;
const ADDRESS = { ...address, phone: '010-9182-7364' };

/** Of somebody who comes by mail, by password and by Kakao: what they are, tell and are given. */
const NEWCOMER = {
  email: 'grimalkin.oddfellow@example.com',
  name: 'Grimalkin Oddfellow',
  password: 'nettle-soup-for-breakfast-4711',
  wrongPassword: 'bramble-jam-for-supper-0815',
  agent: 'Whifflewand/4711',
  ip: '198.51.100.237',
  kakaoId: '4711081547',
  kakaoName: 'Marzipan Thunderclap',
  kakaoEmail: 'marzipan.thunderclap@example.com',
};
/** Why an order was cancelled, in the buyer's words: order's own tables keep it, with the order. */
const REASON = 'Because aunt Hortensia of Bumbleford has bought one, too';
const KEPT_REASON = new Set(['order.order_event', 'order.orders']);
/** Tokens, codes and links that were handed out. */
const given: string[] = [];

let shop: Shop;
let logs = '';
/** Of the two lives: one goes on, one ends with a deletion. */
const people: Buyer[] = [];

/** The texts as anybody could have written them down. */
function traces(): string[] {
  const texts = [name, phone, ...Object.values(ADDRESS), ...people.map(({ account }) => account.email)];
  const tokens = people.map(({ account }) => account.accessToken);
  return [...texts, ...tokens, ...Object.values(NEWCOMER), ...given, REASON].flatMap(formsOf);
}

const formsOf = (text: string) => [
  text,
  Buffer.from(text).toString('base64').replace(/=+$/, ''),
  Buffer.from(text).toString('hex'),
  encodeURIComponent(text),
];

const tracesIn = (text: string) => [...new Set(traces())].filter((trace) => text.includes(trace));

const SESSION = '... on AuthSession { accessToken refreshToken } ... on Rejection { message }';

/** As a client of another network; the gateway is told of one proxy. */
async function ask(call: string, parameters: string, variables: object) {
  const { agent, ip } = NEWCOMER;
  const headers = { 'user-agent': agent, 'x-forwarded-for': ip };
  const { data, errors } = await shop.client.send(
    `mutation (${parameters}) { answer: ${call} }`,
    variables,
    headers,
  );
  if (!data) throw new Error(JSON.stringify(errors));
  for (const name of ['accessToken', 'refreshToken']) if (data.answer[name]) given.push(data.answer[name]);
  return data.answer;
}

/** Signs up, follows the mail, signs in by a wrong password and by the right one, goes on, and comes by Kakao. */
async function newcomerComes() {
  const { email, name: own, password, wrongPassword, kakaoId, kakaoName, kakaoEmail } = NEWCOMER;
  await ask('signUp(input: $input) { email }', '$input: SignUpInput!', {
    input: { email, password, name: own },
  });
  const token = await eventually(async () => {
    const response = await fetch(`${shop.emulatorsUrl}/mail?to=${email}`);
    const [mail] = (await response.json()) as { links: string[] }[];
    return new URL(mail?.links[0] ?? '').searchParams.get('token') ?? '';
  });
  given.push(token);
  await ask(`verifyEmail(token: $token) { ${SESSION} }`, '$token: String!', { token });
  const signIn = (text: string) =>
    ask(`signIn(input: $input) { ${SESSION} }`, '$input: SignInInput!', { input: { email, password: text } });
  expect(await signIn(wrongPassword)).toHaveProperty('message');
  const { refreshToken } = await signIn(password);
  const refreshed = `refreshSession(refreshToken: $token) { ${SESSION} }`;
  expect(await ask(refreshed, '$token: String', { token: refreshToken })).toHaveProperty('accessToken');

  const redirectUri = 'http://localhost:4000/social';
  const begun = { provider: 'KAKAO', redirectUri };
  const start = await ask(
    'startSocialSignIn(provider: $provider, redirectUri: $redirectUri) { url state }',
    '$provider: SocialProvider!, $redirectUri: URL!',
    begun,
  );
  const agreed = await fetch(start.url, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({
      id: kakaoId,
      nickname: kakaoName,
      email: kakaoEmail,
      email_state: 'verified',
    }),
  });
  const code = new URL(agreed.headers.get('location') ?? '').searchParams.get('code') ?? '';
  given.push(code, start.state);
  const input = { ...begun, code, state: start.state };
  const social = await ask(`signInWithSocial(input: $input) { ${SESSION} }`, '$input: SocialSignInInput!', {
    input,
  });
  expect(social).toHaveProperty('accessToken');
  // Seven tokens of three sessions, the mail's, and two of the provider.
  expect(new Set(given).size).toBe(11);
}

const cancel = (person: Buyer, id: string) =>
  person.send(
    'mutation ($id: ID!, $reason: String) { cancelOrder(id: $id, reason: $reason) { __typename } }',
    {
      id,
      reason: REASON,
    },
  );

const LIFE = `mutation ($name: String, $phone: String, $address: AddressInput!) {
  updateProfile(name: $name, phone: $phone) { id }
  saveAddress(input: $address) { id }
  wrong: saveAddress(input: { recipient: "${PERSONAL.recipient}", phone: "none", postalCode: "", line1: "" }) { id }
}`;

beforeAll(async () => {
  shop = await openShop({
    stock: 10,
    limitPerBuyer: 5,
    env: {
      ...Object.fromEntries(SERVICES.map((service) => [service, { LOG_LEVEL: 'debug' }])),
      gateway: { LOG_LEVEL: 'debug', TRUSTED_PROXIES: '1' },
    },
  });
  for (const service of Object.values(shop.services)) {
    logs += service.log();
    service.listen((text) => {
      logs += text;
    });
  }
  people.push(await shop.buyer(), await shop.buyer());
  for (const person of people) {
    const told = await person.send(LIFE, { name, phone, address: ADDRESS });
    expect(told.errors?.map(({ path }) => path)).toEqual([['wrong']]);
    const { me } = (await person.send('{ me { addresses { id } } }')).data;
    const lines = [{ productId: shop.product.id, quantity: 1 }];
    const bought = await person.buys(lines, { addressId: me.addresses[0].id });
    const placed = await person.places(lines, undefined, { address: ADDRESS });
    const refused = await person.checkout(lines, undefined, { address: { ...ADDRESS, postalCode: phone } });
    expect(refused.errors).toHaveLength(1);
    const shown = await person.send('{ orders { edges { node { shippingAddress { line1 } } } } }');
    const sentTo = { node: { shippingAddress: { line1: ADDRESS.line1 } } };
    expect(shown.data.orders.edges).toEqual([sentTo, sentTo]);
    for (const { id } of [placed, bought]) {
      expect((await cancel(person, id)).data.cancelOrder).toEqual({ __typename: 'Order' });
    }
    await person.seesOrder(bought.id, 'REFUNDED');
    const kept = await person.send('{ exportMyData me { name phone email addresses { line1 } } }');
    expect(kept.data.exportMyData).toContain(PERSONAL.line1);
  }
  await newcomerComes();
  const [operator] = await shop.accounts(1, 'OPERATOR');
  const found = await operator?.send('query ($search: String) { users(search: $search) { totalCount } }', {
    search: people[0]?.account.email,
  });
  expect(found?.data.users.totalCount).toBe(1);
  expect((await people[1]?.send('mutation { deleteAccount }'))?.data).toEqual({ deleteAccount: true });
  await shop.invariants();
});
afterAll(() => shop[Symbol.asyncDispose]());

test('logs nothing of what people told, nor their tokens', () => {
  for (const service of [...SERVICES, 'gateway']) expect(logs).toContain(`"service":"${service}"`);
  expect(tracesIn(logs)).toEqual([]);
});

test('keeps nothing of it in any table of any service, as text or as bytes', async () => {
  for (const schema of SERVICES) {
    const database = shop.sql(schema);
    const tables = await database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1`,
      [schema],
    );
    expect(tables.length).toBeGreaterThan(3);
    for (const { name: table } of tables) {
      const rows = await database.query<Record<string, unknown>>(`SELECT * FROM "${table}"`);
      const text = rows.flatMap((row) => Object.values(row).map(asText)).join('\n');
      const place = `${schema}.${table}`;
      const allowed = KEPT_REASON.has(place) ? formsOf(REASON) : [];
      const found = tracesIn(text).filter((trace) => !allowed.includes(trace));
      expect({ place, found }).toEqual({ place, found: [] });
    }
  }
});

test('keeps nothing of it in Redis, neither in keys nor in values', async () => {
  const keys = await shop.redis.keys(`${shop.namespace}:*`);
  expect(keys.length).toBeGreaterThan(0);
  const values = await Promise.all(keys.map(valueOf));
  expect(tracesIn([...keys, ...values].join('\n'))).toEqual([]);
});

test('erases where the orders of somebody went who is gone, and what they wrote, and leaves those of others', async () => {
  const order = shop.sql('order');
  const keptOf = async ({ id }: Buyer) => {
    const [row] = await order.query<{ addresses: number; reasons: string[] }>(
      `SELECT (SELECT count(*) FROM shipping_address JOIN orders USING (id) WHERE buyer_id = $1) AS addresses,
         ARRAY(SELECT DISTINCT reason FROM order_event JOIN orders ON orders.id = order_id
                WHERE buyer_id = $1 AND reason = ANY($2)) AS reasons`,
      [id, [REASON, 'STATED']],
    );
    return row;
  };
  const [stays, gone] = people as [Buyer, Buyer];
  await eventually(async () => {
    expect(await keptOf(gone)).toEqual({ addresses: 0, reasons: ['STATED'] });
  });
  expect(await keptOf(stays)).toEqual({ addresses: 2, reasons: [REASON] });
});

test('would find what it looks for', async () => {
  const [person] = people as [Buyer];
  expect(tracesIn(`… ${person.account.email} …`)).toEqual([person.account.email]);
  const rows = await shop
    .sql('user')
    .query<Record<string, unknown>>(`SELECT convert_to($1, 'UTF8') AS bytes, $1 AS text`, [phone]);
  expect(tracesIn(rows.flatMap((row) => Object.values(row).map(asText)).join())).toEqual([phone]);
});

function asText(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function valueOf(key: string): Promise<string> {
  const { redis } = shop;
  const type = await redis.type(key);
  if (type === 'hash') return JSON.stringify(await redis.hgetall(key));
  if (type === 'zset') return JSON.stringify(await redis.zrange(key, '0', '-1'));
  if (type === 'set') return JSON.stringify(await redis.smembers(key));
  if (type === 'list') return JSON.stringify(await redis.lrange(key, 0, -1));
  if (type === 'stream') return JSON.stringify(await redis.xrange(key, '-', '+'));
  return (await redis.get(key)) ?? '';
}
