import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { countDeadLetters } from '../src/dead-letters/list-dead-letters.js';
import { MAX_BODY_BYTES } from '../src/dead-letters/keep-dead-letter.js';
import {
  OPERATOR,
  TRACEPARENT,
  TRIES,
  openDeadLetters,
  openHandler,
  person,
  type DeadLettersUnderTest,
  type Listed,
} from './dead-letters.fixture.js';

let house: DeadLettersUnderTest;
const payment = openHandler();
const catalog = openHandler();
beforeAll(async () => {
  house = await openDeadLetters();
  await house.openService('payment', [payment.handler]);
  await house.openService('catalog', [catalog.handler]);
});
afterAll(() => house[Symbol.asyncDispose]());

/** Has the handler of payment give a message up, and that of catalog take it. */
async function dies(number: number): Promise<Listed> {
  Object.assign(payment, { broken: true, tries: 0, done: [] });
  Object.assign(catalog, { broken: false, tries: 0, done: [] });
  await house.say(number);
  const [letter] = await house.lists(1);
  await eventually(() => expect(catalog.done).toEqual([number]));
  return letter as Listed;
}
interface Page {
  edges: { node: Listed }[];
  pageInfo: { endCursor: string | null };
}

/** What the table keeps of a death. */
const recordOf = async (id: string) =>
  (
    await house.database.query(
      'SELECT status, closed_by, closed_at, closed_reason FROM dead_letter WHERE id = $1',
      [id],
    )
  )[0];
const replays = () => house.database.query('SELECT traceparent FROM outbox WHERE queue IS NOT NULL');
/** Empties the list for the next test. */
const discardAll = async () => {
  for (const { id } of await house.listed()) await house.discard(id, 'the test is over');
};

test('a replay goes to the queue it died in and to no other; dying again it is listed again', async () => {
  const first = await dies(7);
  expect(first).toEqual({
    id: expect.any(String),
    service: 'payment',
    queue: house.queueOf('payment'),
    routingKey: 'number.noted',
    messageId: expect.any(String),
    reason: 'handler failed: RangeError: 7 is too much',
    attempts: TRIES,
    diedAt: expect.anything(),
    body: '{"number": 7}',
  });
  expect(Math.abs(Date.now() - Date.parse(first.diedAt))).toBeLessThan(20_000);
  expect(payment.tries).toBe(TRIES);

  expect(await house.replay(first.id)).toMatchObject({ data: { replayDeadLetter: true } });
  // Another death of the same message, its attempts counted anew.
  const [second] = await eventually(async () => {
    const letters = await house.lists(1);
    expect(letters[0]?.id).not.toBe(first.id);
    return letters;
  });
  expect(second).toEqual({ ...first, id: second?.id, diedAt: second?.diedAt });
  expect(payment.tries).toBe(2 * TRIES);
  expect(await recordOf(first.id)).toEqual({
    status: 'REPLAYED',
    closed_by: OPERATOR.userId,
    closed_at: expect.any(Date),
    closed_reason: null,
  });

  payment.broken = false;
  await house.replay(second!.id);
  await eventually(() => expect(payment.done).toEqual([7]));
  expect(catalog.tries).toBe(1);
  expect(await house.listed()).toEqual([]);
});

test('of many replays at the same time one is sent; later ones, and a discard, change nothing', async () => {
  const letter = await dies(8);
  payment.broken = false;
  const before = (await replays()).length;
  const answers = await Promise.all(Array.from({ length: 8 }, () => house.replay(letter.id)));
  expect(answers.filter(({ data }) => data?.replayDeadLetter === true)).toHaveLength(1);
  expect(answers.filter(({ data }) => data?.replayDeadLetter === false)).toHaveLength(7);
  expect(await replays()).toEqual(Array.from({ length: before + 1 }, () => ({ traceparent: TRACEPARENT })));
  await eventually(() => expect(payment.done).toEqual([8]));
  expect((await house.replay(letter.id)).data).toEqual({ replayDeadLetter: false });
  expect((await house.discard(letter.id, 'too late')).data).toEqual({ discardDeadLetter: false });
  expect(await recordOf(letter.id)).toMatchObject({ status: 'REPLAYED', closed_reason: null });
  expect(await replays()).toHaveLength(before + 1);
});

test('a replay of what has had its effect has none', async () => {
  const letter = await dies(9);
  payment.broken = false;
  // As after a death that was told of although the effect had committed.
  await house.database.run('INSERT INTO inbox (message_id, queue) VALUES ($1, $2)', [
    letter.messageId,
    letter.queue,
  ]);
  const tries = payment.tries;
  await house.replay(letter.id);
  await house.say(10);
  await eventually(() => expect(payment.done).toEqual([10]));
  expect(payment.tries).toBe(tries + 1);
  expect(await house.listed()).toEqual([]);
});

test('a discarded one leaves the list and stays in the record', async () => {
  const letter = await dies(11);
  expect((await house.discard(letter.id, 'sent by mistake')).data).toEqual({ discardDeadLetter: true });
  expect(await house.listed()).toEqual([]);
  expect(await recordOf(letter.id)).toEqual({
    status: 'DISCARDED',
    closed_by: OPERATOR.userId,
    closed_at: expect.any(Date),
    closed_reason: 'sent by mistake',
  });
  const before = (await replays()).length;
  expect((await house.discard(letter.id, 'again')).data).toEqual({ discardDeadLetter: false });
  expect((await house.replay(letter.id)).data).toEqual({ replayDeadLetter: false });
  expect(await replays()).toHaveLength(before);
  expect(await recordOf(letter.id)).toMatchObject({ closed_reason: 'sent by mistake' });
});

test('a second delivery of the same death is the same death, before and after it was closed', async () => {
  const messageId = randomUUID();
  const queue = house.queueOf('payment');
  const letter = { messageId, headers: { 'x-queue': queue, 'x-service': 'payment', 'x-reason': 'test' } };
  for (let time = 0; time < 3; time += 1) await house.put(Buffer.from('{}'), letter);
  const [listed] = await house.lists(1);
  await house.discard(listed!.id, 'seen');
  await house.put(Buffer.from('{}'), letter);
  await house.put(Buffer.from('{}'), { ...letter, messageId: randomUUID() });
  const [other] = await house.lists(1);
  expect(other?.messageId).not.toBe(messageId);
  await discardAll();
});

test('a database that goes away while a death is written delays it, and it is listed once', async () => {
  house.goesAway(3);
  await house.put(Buffer.from('{}'), { messageId: randomUUID() });
  await house.lists(1);
  expect(await countDeadLetters(house.database)).toBe(1);
  await discardAll();
});

test('whatever is in the queue is kept: no id, no headers, any bytes, any size', async () => {
  const bytes = Buffer.from([0, 255, 254, 0, 128]);
  await house.put(bytes);
  await house.put(Buffer.alloc(0), { messageId: 'not a UUID\0' });
  await house.put(bytes, {
    messageId: randomUUID(),
    type: 'q'.repeat(200),
    headers: {
      'x-queue': 'q'.repeat(300),
      'x-service': 'a\0b',
      'x-reason': 'NUL \0 and half of a pair \uD800',
      'x-attempts': -3.5,
      'x-version': 'one',
      'request-id': '\0',
      'x-died-at': 9e15,
      'x-replay-of': 'none',
      'x-death': ['nothing', { queue: 5, reason: null, time: 'late' }],
    },
  });
  await house.put(Buffer.alloc(MAX_BODY_BYTES + 1, 'x'), {
    messageId: randomUUID(),
    headers: { 'x-queue': house.queueOf('payment'), 'x-reason': 'long' },
  });
  const letters = await house.lists(4);
  for (const { attempts, diedAt } of letters) {
    expect(attempts).toBe(0);
    expect(Math.abs(Date.now() - Date.parse(diedAt))).toBeLessThan(20_000);
  }
  const long = letters.find(({ reason }) => reason === 'long')!;
  expect(long.body).toBe('x'.repeat(10_000));
  expect(letters.filter(({ body }) => body === '\0\uFFFD\uFFFD\0\uFFFD')).toHaveLength(2);
  expect(letters.find(({ service }) => service === 'a\uFFFDb')).toMatchObject({
    queue: '',
    reason: expect.stringMatching(/^NUL \uFFFD and half of a pair \uFFFD+$/),
  });
  expect(letters.filter(({ reason }) => reason.startsWith('the broker gave up'))).toHaveLength(2);
  // What cannot be sent as it was stays, for a person to discard.
  const before = (await replays()).length;
  for (const { id } of letters) expect((await house.replay(id)).code).toBe('BAD_USER_INPUT');
  expect(await house.lists(4)).toEqual(letters);
  expect(await replays()).toHaveLength(before);
  await discardAll();
});

test('what the broker gave up names its service and event, and is replayed like any other', async () => {
  const queue = `${house.namespace}.user.number.noted`;
  await house.declare(queue);
  const messageId = randomUUID();
  await house.put(Buffer.from('{"number":12}'), { messageId, headers: { 'x-version': 1 } }, queue);
  await house.wearOut(queue);
  const [letter] = await house.lists(1);
  expect(letter).toMatchObject({
    service: 'user',
    queue,
    routingKey: 'number.noted',
    messageId,
    attempts: 0,
  });
  expect(letter?.reason).toMatch(/^the broker gave up: every process/);
  expect(Math.abs(Date.now() - Date.parse(letter!.diedAt))).toBeLessThan(20_000);

  // Its queue is gone by now: the replay comes back to the list rather than vanish.
  await house.deleteQueue(queue);
  await house.replay(letter!.id);
  const [back] = await eventually(async () => {
    const letters = await house.lists(1);
    expect(letters[0]?.id).not.toBe(letter?.id);
    return letters;
  });
  expect(back).toEqual({
    ...letter,
    id: back?.id,
    diedAt: back?.diedAt,
    reason: 'the queue that it was replayed to is not there',
  });
  const user = Object.assign(openHandler(), { broken: false });
  await house.openService('user', [user.handler]);
  await house.replay(back!.id);
  await eventually(() => expect(user.done).toEqual([12]));
  expect(await house.listed()).toEqual([]);
});

test('a message that nobody can read dies again when it is replayed', async () => {
  await house.put(
    Buffer.from('{"number":'),
    { messageId: randomUUID(), headers: { 'x-version': 1 } },
    house.queueOf('payment'),
  );
  const [letter] = await house.lists(1);
  expect(letter).toMatchObject({ service: 'payment', attempts: 0, body: '{"number":' });
  expect(letter?.reason).toMatch(/^malformed/);
  await house.replay(letter!.id);
  await eventually(async () => {
    const [again] = await house.lists(1);
    expect(again).toEqual({ ...letter, id: again?.id, diedAt: again?.diedAt });
    expect(again?.id).not.toBe(letter?.id);
  });
  await discardAll();
});

test('the list is paged, the newest first', async () => {
  const diedAt = Date.now() - 60_000;
  for (const minute of [2, 0, 4, 1, 3]) {
    const headers = { 'x-died-at': diedAt - minute * 60_000, 'x-reason': String(minute) };
    await house.put(Buffer.from('{}'), { messageId: randomUUID(), headers });
  }
  const letters = await house.lists(5);
  expect(letters.map(({ reason }) => reason)).toEqual(['0', '1', '2', '3', '4']);
  const seen: string[] = [];
  let after: string | null = null;
  for (const hasNextPage of [true, true, false]) {
    const { data } = await house.ask(
      `query ($after: String) { deadLetters(first: 2, after: $after) {
        edges { cursor node { reason } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
      { after },
    );
    const page = data?.deadLetters as Page;
    expect(page.pageInfo).toMatchObject({ hasNextPage, hasPreviousPage: after !== null });
    seen.push(...page.edges.map(({ node }) => node.reason));
    after = page.pageInfo.endCursor;
  }
  expect(seen).toEqual(['0', '1', '2', '3', '4']);
  await discardAll();
});

test('bad input and other roles are told so, and nothing changes', async () => {
  const letter = await dies(13);
  const list = '{ deadLetters(first: 1) { edges { cursor } } }';
  for (const [identity, code] of [
    [{ kind: 'anonymous' }, 'UNAUTHENTICATED'],
    [person('BUYER'), 'FORBIDDEN'],
    [person('SELLER'), 'FORBIDDEN'],
    [{ kind: 'service', service: 'catalog' }, 'UNAUTHENTICATED'],
  ] as const) {
    expect((await house.ask(list, {}, identity)).code).toBe(code);
    expect((await house.replay(letter.id, identity)).code).toBe(code);
    expect((await house.discard(letter.id, 'mine', identity)).code).toBe(code);
  }
  for (const reason of ['', '   ', 'x'.repeat(501), 'a\0b']) {
    expect((await house.discard(letter.id, reason)).code).toBe('BAD_USER_INPUT');
  }
  for (const id of [randomUUID(), 'none', '']) {
    expect((await house.replay(id)).code).toBe('NOT_FOUND');
    expect((await house.discard(id, 'gone')).code).toBe('NOT_FOUND');
  }
  for (const args of ['first: 101', 'first: -1', 'after: "x"', 'after: ""']) {
    expect((await house.ask(`{ deadLetters(${args}) { edges { cursor } } }`)).code).toBe('BAD_USER_INPUT');
  }
  expect(await house.listed()).toEqual([letter]);
  expect((await house.discard(letter.id, 'x'.repeat(500))).data).toEqual({ discardDeadLetter: true });
});
