import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { serverOf } from '@stampede/shared/redis';
import {
  eventually,
  openOwnRedis,
  openTcpProxy,
  through,
  type OwnRedis,
  type TcpProxy,
} from '@stampede/shared/testing';
import { openStock, requestOf, type TestStock } from './inventory-fixture.js';

let own: OwnRedis;
let proxy: TcpProxy;
/** Reaches `own`, or what takes its place, through the proxy. */
let stock: TestStock;
beforeAll(async () => {
  own = await openOwnRedis();
  proxy = await openTcpProxy(own.url);
  stock = openStock(through(proxy, own.url));
});
afterAll(async () => {
  await stock[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

const settings = {
  version: 9,
  opensAt: 0,
  closesAt: null,
  limitPerBuyer: 1,
  holdMinutes: 1,
  paused: false,
  termsVersion: 1,
  total: 10,
};

/** An operator's own connection to one server. */
function openControl(url: string) {
  const redis = new Redis(url);
  return { redis, [Symbol.asyncDispose]: async () => void (await redis.quit()) };
}

const isInStep = (replica: Redis) =>
  eventually(async () => expect(await replica.info('replication')).toContain('master_link_status:up'));

/** What every script and the reader say of a product. */
async function everythingSays(product: string, hold: Awaited<ReturnType<TestStock['hold']>>) {
  const { inventory } = stock;
  return {
    probe: (await inventory.probe(requestOf(product))).kind,
    reserve: (await inventory.reserve(requestOf(product))).kind,
    commit: await inventory.commit(hold),
    undo: await inventory.release('undo', hold),
    settings: await inventory.changeSettings(product, 1, settings),
    reading: (await inventory.read([product]))[0],
  };
}
const EVERYTHING_COLD = {
  probe: 'cold',
  reserve: 'cold',
  commit: 'COLD',
  undo: 'COLD',
  settings: 'COLD',
  reading: undefined,
};

test('what a restarted Redis still knows is cold, whole though it is, until it is loaded anew', async () => {
  const product = await stock.load({ epoch: 4 });
  const hold = await stock.hold(product);
  // What is appended is on disk a second later at most.
  await stock.redis.config('SET', 'appendfsync', 'always');
  const survivor = await stock.hold(product);
  let changes = 0;
  const end = serverOf(stock.redis).onChange(() => (changes += 1));
  await own.restart();

  await eventually(() => expect(changes).toBe(1));
  end();
  expect((await stock.entries(product)).has(survivor.orderId)).toBe(true);
  expect(await everythingSays(product, hold)).toEqual(EVERYTHING_COLD);
  expect(await stock.inventory.standingEpoch(product)).toBe(4);
  await stock.load({ productId: product, epoch: 5 });
  expect(await stock.inventory.probe(requestOf(product))).toEqual({ kind: 'free' });
});

test('a command that one server was sent and its successor answered is sent anew, and meets a cold product', async () => {
  const product = await stock.load();
  await stock.redis.config('SET', 'appendfsync', 'always');
  await stock.hold(product);
  // Sent to the server that dies, and kept by the network: ioredis sends it again, as it was, to the next one.
  proxy.freeze();
  const [reserved, committed] = [
    stock.inventory.reserve(requestOf(product)),
    stock.inventory.changeSettings(product, 1, settings),
  ];
  await sleep(0);
  await own.restart();
  proxy.cut();
  proxy.restore();
  expect([await reserved, await committed]).toEqual([{ kind: 'cold' }, 'COLD']);
});

test('a connection that breaks and finds the same server again changes nothing', async () => {
  const product = await stock.load();
  let changes = 0;
  const end = serverOf(stock.redis).onChange(() => (changes += 1));
  proxy.cut();
  proxy.restore();
  const request = requestOf(product);
  expect(await stock.inventory.reserve(request)).toMatchObject({ kind: 'held' });
  end();
  expect(changes).toBe(0);
});

test('a master that has become a replica is left for its successor, and is known for a replica when it is back', async () => {
  const [host, port] = ['127.0.0.1', new URL(own.url).port];
  await using successor = await openOwnRedis();
  await using other = openControl(successor.url);
  await using control = openControl(own.url);
  const product = await stock.load();
  await other.redis.replicaof(host, port);
  await isInStep(other.redis);
  await other.redis.replicaof('NO', 'ONE');

  // The old master serves on, and refuses what writes.
  const changes: string[] = [];
  const end = serverOf(stock.redis).onChange((change) => changes.push(change));
  await control.redis.replicaof(host, new URL(successor.url).port);
  proxy.pointTo(successor.url);
  expect(await stock.inventory.reserve(requestOf(product))).toEqual({ kind: 'cold' });
  expect(changes).toEqual(['other-server']);

  await isInStep(control.redis);
  await control.redis.replicaof('NO', 'ONE');
  await other.redis.replicaof(host, port);
  proxy.pointTo(own.url);
  await stock.load({ productId: product, epoch: 2 });
  expect(changes).toEqual(['other-server', 'was-replica']);

  // While there is no master, whoever connects anew waits for one.
  await control.redis.replicaof(host, new URL(successor.url).port);
  let connections = 0;
  stock.redis.on('ready', () => (connections += 1));
  proxy.cut();
  proxy.restore();
  const waiting = stock.inventory.reserve(requestOf(product));
  await eventually(() => expect(connections).toBeGreaterThan(1));
  await control.redis.replicaof('NO', 'ONE');
  expect(await waiting).toMatchObject({ kind: 'held' });
  expect(changes).toEqual(['other-server', 'was-replica', 'was-replica']);
  end();
});

test('a connection that the network has forgotten is replaced before anybody is told', async () => {
  const product = await stock.load();
  proxy.forget();
  expect(await stock.inventory.reserve(requestOf(product))).toMatchObject({ kind: 'held' });
});

test('a silent server is waited for once: who comes later, or asks again, is told without a wait', async () => {
  const product = await stock.load();
  proxy.freeze();
  await expect(stock.inventory.reserve(requestOf(product))).rejects.toThrow('timed out');
  const again = stock.inventory.reserve(requestOf(product)).catch((error: Error) => error.message);
  expect(await Promise.race([again, setImmediate('waits')])).toBe('Redis is unavailable');
  proxy.restore();
  await eventually(() => serverOf(stock.redis).known());
});

test('while nobody answers, the wait for a server ends', async () => {
  proxy.cut();
  await eventually(() => expect(serverOf(stock.redis).runId).toBeUndefined());
  await expect(serverOf(stock.redis).known()).rejects.toThrow('Redis is unavailable');
  proxy.restore();
  await eventually(() => serverOf(stock.redis).known());
});
