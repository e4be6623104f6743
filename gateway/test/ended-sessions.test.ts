import { expect, test } from '@jest/globals';
import { openTcpProxy, through } from '@stampede/shared/testing';
import { createClient as createSseClient } from 'graphql-sse';
import { openHouse, until } from './fixtures/house.js';
import { openRaw } from './fixtures/live/clients.js';

type House = Awaited<ReturnType<typeof openHouse>>;

const bearerOf = async ({ issuer }: House, sid = 's1') => ({
  authorization: `Bearer ${await issuer.token({ claims: { sid } })}`,
});
const WHO = '{ whoAmI }';
const RENAME = 'mutation ($n: String!) { rename(id: "p1", name: $n) { name } }';
const isReady = async (house: House) => (await house.get('/readyz')).status === 200;
const reasonsOf = async (house: House) => (await house.get('/readyz')).text;
const codeOf = ({ body }: Awaited<ReturnType<House['ask']>>) => body.errors?.[0]?.extensions.code;

/** A figure of `/metrics`, summed over its labels. */
async function metric(house: House, name: string): Promise<number> {
  const { text } = await house.get('/metrics');
  const lines = text.split('\n').filter((line) => line.startsWith(`stampede_${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test('refuses the tokens of a session that has ended, and of no other', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  const [mine, theirs] = [await bearerOf(house, 's1'), await bearerOf(house, 's2')];
  expect((await house.ask(WHO, mine)).status).toBe(200);

  house.endings.end('s1');
  await until(async () => (await house.ask(WHO, mine)).status === 401);
  const refused = await house.ask(WHO, mine);
  expect(codeOf(refused)).toBe('UNAUTHENTICATED');
  expect(refused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  expect((await house.ask(WHO, theirs)).status).toBe(200);
  expect((await house.ask(WHO)).status).toBe(200);
  expect(await metric(house, 'ended_sessions')).toBe(1);
});

test('is ready when it has loaded what ended before it came', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  await house.closeGateway();
  house.endings.mute(true);
  house.endings.end('s1');

  await using late = await house.another();
  await until(async () => (await late.get('/readyz')).text.includes('ended are not loaded'));
  const mine = await bearerOf(house);
  expect((await late.ask(RENAME, mine, { n: 'early' })).status).toBe(503);
  house.endings.mute(false);
  await until(async () => (await late.get('/readyz')).status === 200);
  expect((await late.ask(WHO, mine)).status).toBe(401);
});

test('changes nothing for signed-in people while it does not hear of ended sessions, and answers queries', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  const mine = await bearerOf(house);
  // The second is planned already: it would go the short way.
  for (const n of ['one', 'two'])
    expect((await house.ask(RENAME, mine, { n })).body.data).toEqual({ rename: { name: n } });

  house.endings.stop();
  await until(async () => !(await isReady(house)));
  expect(await reasonsOf(house)).toContain('the sessions that have ended are not heard of');
  expect(await metric(house, 'ended_sessions_channel')).toBe(0);
  const known = await house.ask(RENAME, mine, { n: 'three' });
  expect(known.status).toBe(503);
  expect(known.body.errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    retryAfterMs: 1_000,
  });
  const unknown = await house.ask('mutation { rename(id: "p1", name: "four") { id } }', mine);
  expect(codeOf(unknown)).toBe('SERVICE_UNAVAILABLE');
  expect(house.names.get('p1')).toBe('two');
  expect((await house.ask(WHO, mine)).status).toBe(200);
  expect((await house.ask(RENAME, {}, { n: 'nobody' })).body.data).toEqual({ rename: { name: 'nobody' } });
  expect(await metric(house, 'ended_sessions_refused_total')).toBe(2);

  house.endings.start();
  await until(() => isReady(house));
  expect((await house.ask(RENAME, mine, { n: 'five' })).body.data).toEqual({ rename: { name: 'five' } });
  expect(await metric(house, 'ended_sessions_channel')).toBe(1);
});

test('loads again what ended while it did not hear of it', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  const mine = await bearerOf(house);
  house.endings.stop();
  await until(() => house.endings.streams() === 0);
  house.endings.end('s1');
  expect((await house.ask(WHO, mine)).status).toBe(200);
  house.endings.start();
  await until(async () => (await house.ask(WHO, mine)).status === 401);
});

test('notices a channel that stands and is silent, and connects anew', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  await using proxy = await openTcpProxy(house.userUrl());
  await using behind = await house.another({ USER_URL: through(proxy, house.userUrl()) });
  await until(async () => (await behind.get('/readyz')).status === 200);
  const loads = house.endings.loads();
  proxy.freeze();
  await until(async () => (await behind.get('/readyz')).text.includes('are not heard of'));
  expect((await behind.ask(RENAME, await bearerOf(house), { n: 'frozen' })).status).toBe(503);
  proxy.restore();
  await until(async () => (await behind.get('/readyz')).status === 200);
  expect(house.endings.loads()).toBeGreaterThan(loads);
});

test('holds out for a moment when the user service cannot read its database, and not for longer', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  const mine = await bearerOf(house);
  house.endings.age(4_000);
  house.endings.end('s9');
  await until(async () => (await metric(house, 'ended_sessions')) === 1);
  expect((await house.ask(RENAME, mine, { n: 'held' })).status).toBe(200);
  house.endings.age(6_000);
  await until(async () => (await reasonsOf(house)).includes('does not read its database'));
  expect((await house.ask(RENAME, mine, { n: 'stale' })).status).toBe(503);
  house.endings.age(0);
  await until(() => isReady(house));
});

test('closes the sockets of a session that has ended, and no others', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  const socketUrl = `${house.url.replace('http', 'ws')}/graphql`;
  await using mine = await openRaw(socketUrl);
  await using theirs = await openRaw(socketUrl);
  await mine.init(await bearerOf(house, 's1'));
  await theirs.init(await bearerOf(house, 's2'));
  house.endings.end('s1');
  expect(await mine.closed()).toEqual({ code: 4403, reason: 'The access token has ended' });
  theirs.subscribe('1', WHO);
  await until(() => theirs.of('1').length === 2);
});

test('refuses mutations of signed-in people over sockets and event streams, too', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  const mine = await bearerOf(house);
  await using socket = await openRaw(`${house.url.replace('http', 'ws')}/graphql`);
  await socket.init(mine);
  house.endings.stop();
  await until(async () => !(await isReady(house)));

  socket.subscribe('1', RENAME, { n: 'socket' });
  await until(() => socket.of('1').length === 1);
  expect(socket.of('1')).toMatchObject([
    { type: 'error', payload: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 } }] },
  ]);
  const events = createSseClient({ url: `${house.url}/graphql`, headers: mine, retryAttempts: 0 });
  const { value } = await events.iterate({ query: RENAME, variables: { n: 'events' } }).next();
  expect(value).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  expect(house.names.size).toBe(0);
  socket.subscribe('2', WHO);
  await until(() => socket.of('2').length === 2);
});

test('refuses what a session sends slowly, when it has ended before all is there', async () => {
  await using house = await openHouse();
  await until(() => isReady(house));
  const mine = await bearerOf(house);
  const sending = new TransformStream<Uint8Array, Uint8Array>();
  const writer = sending.writable.getWriter();
  const answer = fetch(`${house.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...mine },
    body: sending.readable,
    duplex: 'half',
  });
  const text = new TextEncoder().encode(JSON.stringify({ query: RENAME, variables: { n: 'slow' } }));
  await writer.write(text.slice(0, 10));
  // Whoever is identified after this is refused by that already.
  await house.ask(WHO, mine);
  house.endings.end('s1');
  await until(async () => (await house.ask(WHO, mine)).status === 401);
  await writer.write(text.slice(10));
  await writer.close();
  expect((await answer).status).toBe(401);
  expect(house.names.size).toBe(0);
});

test('hears of ended sessions from another replica when one dies or goes silent, and refuses nobody', async () => {
  await using house = await openHouse();
  await house.closeGateway();
  await using one = await openTcpProxy(house.userUrl());
  await using other = await openTcpProxy(house.userUrl());
  const urls = [one, other].map(({ port }) => `http://127.0.0.1:${port}`).join();
  await using behind = await house.another({ USER_URL: '', USER_URLS: urls });
  await until(async () => (await behind.get('/readyz')).status === 200);
  const mine = await bearerOf(house, 's1');
  const isRefused = async (sid: string) => (await behind.ask(WHO, await bearerOf(house, sid))).status === 401;

  const changes: number[] = [];
  const hearsOf = (sid: string) =>
    until(async () => {
      changes.push((await behind.ask(RENAME, mine, { n: sid })).status);
      return isRefused(sid);
    });
  // Nobody knows over which of the two it hears: over one of them at each step.
  for (const [index, proxy] of [one, other, one].entries()) {
    proxy.cut();
    house.endings.end(`cut ${index}`);
    await hearsOf(`cut ${index}`);
    proxy.restore();
  }
  expect(new Set(changes)).toEqual(new Set([200]));
  expect((await behind.get('/readyz')).status).toBe(200);

  for (const [index, proxy] of [one, other].entries()) {
    proxy.freeze();
    house.endings.end(`frozen ${index}`);
    await until(() => isRefused(`frozen ${index}`));
    proxy.restore();
  }
});
