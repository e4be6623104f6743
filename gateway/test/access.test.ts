import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ACCESS } from '@stampede/shared/access';
import { becomesQuiet, openShop, type Shop } from '@stampede/shared/testing';
import { findMissing, readQueries, readSeries } from '@stampede/shared/testing/monitoring';
import { buildSchema, isObjectType } from 'graphql';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mutations, ownerOf, queries, subscriptions, type Door } from './fixtures/access/doors.js';
import { fieldsOfSubgraphs } from './fixtures/access/fields-of-subgraphs.js';
import { judge, publicPart } from './fixtures/access/judge.js';
import { expectedViewers, WHO, type Who } from './fixtures/access/people.js';
import { openScene, type Scene } from './fixtures/access/scene.js';
import { aliasOf, coordinatesOf, operationFor } from './fixtures/access/selection.js';
import { sendAs, watchAs } from './fixtures/access/send.js';

const api = buildSchema(readFileSync(new URL('../api.graphql', import.meta.url), 'utf8'));

/** Fields that no answer of today's house has a value in, and why. */
const UNSEEN: Record<string, string> = {};

let shop: Shop;
let scene: Scene;
const opened = new Set<string>();
const problems: string[] = [];
const seenBy = new Map<string, Set<Who>>(coordinatesOf(api).map((coordinate) => [coordinate, new Set()]));
const toldToEach: { field: string; told: unknown[] }[] = [];

/** Goes through a door as one of them. @returns of the answer, what everybody has to have been told alike */
async function goThrough(door: Door, who: Who): Promise<unknown> {
  const alias = aliasOf(door.field);
  const person = who === 'anonymous' ? undefined : scene.people[who];
  const askAs = door.field.startsWith('Subscription.') ? watchAs : sendAs;
  const ask = askAs(shop, door.byTwin ? await scene.twinOf(who) : person);
  const answer = await ask(operationFor(api, door.field, (await door.args?.(who)) ?? '', door.wanted));
  const verdict = judge(ACCESS, { alias, who, isOwner: ownerOf(door), rootAccess: door.access, answer });
  opened.add(door.field);
  problems.push(...verdict.problems);
  for (const coordinate of verdict.seen) seenBy.get(coordinate)?.add(who);
  return publicPart(ACCESS, answer.data ?? {});
}

beforeAll(async () => {
  // Whole types at once, each text once: what no client asks for.
  const rates = { RATES_PER_ACCOUNT: 'document=off', RATES_PER_ADDRESS: 'document=off' };
  const env = { payment: { KAKAOPAY_TIMEOUT_MS: '500' }, gateway: { QUERY_FIELDS: '1000', ...rates } };
  shop = await openShop({ stock: 1, env });
  scene = await openScene(shop);
  // One after the other: a provider's fault is for the call that it was armed for.
  for (const door of mutations(scene)) for (const who of WHO) await goThrough(door, who);
  // What they have caused has happened: nothing changes between one caller and the next.
  await becomesQuiet(shop);
  for (const door of [...queries(scene), ...subscriptions(scene)]) {
    const told = await Promise.all(WHO.map((who) => goThrough(door, who)));
    toldToEach.push({ field: door.field, told });
  }
});
afterAll(() => shop[Symbol.asyncDispose]());

test('answers every field to everybody as the table of access says, or refuses it so', () => {
  expect(problems).toEqual([]);
});

test('tells everybody alike what is public', () => {
  for (const { field, told } of toldToEach) {
    const [first, ...others] = told.map(
      (part) => JSON.parse(JSON.stringify(part, withoutInstants)) as unknown,
    );
    for (const other of others) expect({ field, told: other }).toEqual({ field, told: first });
  }
});

test('has tried every root field, and shown every field to everybody who may see it', () => {
  expect([...opened].sort()).toEqual(rootFields().sort());
  const unseen = [...seenBy].flatMap(([coordinate, seen]) => {
    const access = ACCESS.get(coordinate);
    const missing = access
      ? expectedViewers(access).filter((who) => !seen.has(who))
      : ['the table of access'];
    return missing.length > 0 ? [[coordinate, missing] as const] : [];
  });
  expect(unseen.filter(([coordinate]) => !UNSEEN[coordinate])).toEqual([]);
  expect(unseen.map(([coordinate]) => coordinate)).toEqual(expect.arrayContaining(Object.keys(UNSEEN)));
});

test('has every metric and label that alerts and dashboards ask for, and their words name', async () => {
  const texts = Object.values(shop.services).map(async ({ url }) => (await fetch(`${url}/metrics`)).text());
  const series = readSeries(await Promise.all(texts));
  const queries = readQueries(fileURLToPath(new URL('../../docker', import.meta.url)));
  expect(queries.length).toBeGreaterThan(100);
  expect(queries.flatMap((query) => findMissing(query, series))).toEqual([]);
});

test('has no wallet of somebody who has never sold for an operator', async () => {
  const { buyer, operator } = scene.people;
  const answer = await sendAs(
    shop,
    operator,
  )(`{ wallet(sellerId: "${buyer.id}") { seller { displayName } balance { amount } } }`);
  expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'NOT_FOUND' } }] });
});

// GHSA-mx7m-j9xf-62hw: rules that stood on types did not hold for what was read through their interfaces.
test('keeps what is private from others by way of interfaces, unions, aliases and other types', async () => {
  const { buyer, otherBuyer } = scene.people;
  const { bought, payments } = scene;
  const parts = `
    fragment O on Order { shown: id buyer { ...U } shippingAddress { line1 } payments { p: status order { id } } }
    fragment U on User { name: email mine: phone addresses { line1 } sessions { id } socialLinks }`;
  const input = `{ orderId: "${bought.id}", provider: KAKAOPAY, returnUrl: "http://localhost:4000/return" }`;
  const paths = [
    `{ seen: order(id: "${bought.id}") { ... { ...O } } }`,
    `{ seen: payment(id: "${payments.approved}") { ... on Payment { order { ...O } } } }`,
    `mutation { seen: cancelOrder(id: "${bought.id}") { ... on Rejection { ... on OrderNotCancellable { order { ...O } } } ...O } }`,
    `mutation { seen: startPayment(input: ${input}) { ... on Rejection { ... on OrderNotPayable { order { ...O } } } ... on Payment { order { ...O } } } }`,
  ];
  for (const [person, code] of [
    [undefined, 'UNAUTHENTICATED'],
    [otherBuyer, 'NOT_FOUND'],
  ] as const) {
    for (const path of paths) {
      const { data, errors } = await sendAs(shop, person)(`${path} ${parts}`);
      expect({ path, seen: data?.seen ?? null }).toEqual({ path, seen: null });
      expect(errors).toMatchObject([{ extensions: { code } }]);
    }
  }
  const own = (await sendAs(shop, buyer)(`${paths[0]} ${parts}`)).data.seen;
  expect(own).toMatchObject({ shown: bought.id, buyer: { name: buyer.account.email } });
});

test('changes nothing when it refuses', async () => {
  const untouched = scene.placedFor.filter(({ who }) => who !== 'buyer' && who !== 'operator');
  expect(untouched.length).toBeGreaterThan(0);
  for (const { orderId } of untouched) {
    const { data } = await scene.people.buyer.order(orderId);
    expect(data.order).toMatchObject({ status: 'PENDING_PAYMENT' });
    const payments = data.order.payments as { status: string }[];
    expect(payments.filter(({ status }) => status !== 'READY')).toEqual([]);
  }
  // One unit came from its seller, one from an operator; both let the sale go on after all had tried to pause it.
  const { data } = await shop.client.send(
    `{ product(id: "${scene.adjusted.id}") { stock { total } sale { phase } } }`,
  );
  expect(data.product).toEqual({ stock: { total: 1_002 }, sale: { phase: 'OPEN' } });
});

test('keeps nothing in the table of access that no subgraph has', () => {
  const there = new Set(fieldsOfSubgraphs());
  expect([...ACCESS.keys()].filter((coordinate) => !there.has(coordinate))).toEqual([]);
});

test('says in the description of a root field who may call it', () => {
  const silent = rootFields().filter((coordinate) => {
    const [type = '', field = ''] = coordinate.split('.');
    const root = api.getType(type);
    const description = isObjectType(root) ? root.getFields()[field]?.description : undefined;
    const limited =
      ACCESS.get(coordinate)?.otherwise !== 'null' && !ACCESS.get(coordinate)?.who.includes('anyone');
    return limited !== /\bRole: /.test(description ?? '');
  });
  expect(silent).toEqual([]);
});

const rootFields = () =>
  coordinatesOf(api).filter((coordinate) => /^(Query|Mutation|Subscription)\./.test(coordinate));

/** Two looks at the same stock are of two instants. */
const withoutInstants = (key: string, value: unknown) => (key === 'Stock_asOf' ? undefined : value);
