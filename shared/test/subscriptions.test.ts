import { expect, test } from '@jest/globals';
import {
  IDENTITY_HEADER,
  signIdentity,
  subscribeBody,
  verifyIdentity,
  type Identity,
} from '@stampede/shared/identity';
import { eventually } from '@stampede/shared/testing';
import { BUYER, GATEWAY, openClocks, openPeer, SECRET, sign } from './subscription-fixture.js';

const TICKS = 'subscription Ticks($of: String!) { ticks(of: $of) { number } }';
const ofWall = { variables: { of: 'wall' } };
const tick = (number: number) => ['next', { data: { ticks: { number } } }];

test('a subscription is in the published schema', async () => {
  await using clocks = await openClocks();
  expect(clocks.sdl).toMatch(/type Subscription \{\n {2}ticks\(padding: Int! = 0, of: String!\): Tick!/);
});

test('a signed subscriber gets every value, and leaves nothing when it stops', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  const wall = peer.subscribe(TICKS, ofWall);
  await eventually(() => expect(clocks.watching('wall')).toBe(1));
  expect(await clocks.open()).toBe(1);
  for (const number of [1, 2]) {
    clocks.turn('wall', number);
    await eventually(() => expect(wall.got()).toHaveLength(number));
  }
  expect(wall.got()).toEqual([tick(1), tick(2)]);
  wall.stop();
  await eventually(() => expect(clocks.watching('wall')).toBe(0));
  await eventually(async () => expect(await clocks.open()).toBe(0));
});

test('a socket that ends leaves none of its subscriptions', async () => {
  await using clocks = await openClocks();
  const peer = await openPeer(clocks.url);
  for (let count = 0; count < 50; count += 1) peer.subscribe(TICKS, ofWall);
  await eventually(() => expect(clocks.watching('wall')).toBe(50));
  peer.socket.terminate();
  await eventually(() => expect(clocks.watching('wall')).toBe(0));
  await eventually(async () => expect(await clocks.open()).toBe(0));
});

test('a subscription runs as the identity that signed it, and every event under its request', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  const me = peer.subscribe('subscription { whoAmI }', { as: BUYER });
  await eventually(() => expect(clocks.watching('me')).toBe(1));
  clocks.turn('me', 1);
  const answer = `${JSON.stringify(BUYER)} request-1`;
  await eventually(() => expect(me.got()).toEqual([['next', { data: { whoAmI: answer } }]]));
});

test.each<[string, unknown]>([
  ['not signed', {}],
  ['signed with nonsense', { [IDENTITY_HEADER]: 'a.b' }],
  ['signed by another', { [IDENTITY_HEADER]: sign(GATEWAY, 'connect', { secret: 'x'.repeat(32) }) }],
  ['signed too long ago', { [IDENTITY_HEADER]: sign(GATEWAY, 'connect', { now: Date.now() - 31_000 }) }],
  ['signed for another', { [IDENTITY_HEADER]: sign(GATEWAY, 'connect', { audience: 'order' }) }],
  ['signed over another body', { [IDENTITY_HEADER]: sign(GATEWAY, '{}') }],
  ['signed for a person', { [IDENTITY_HEADER]: sign(BUYER, 'connect') }],
])('a connection that is %s is closed', async (_, init) => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url, init);
  expect(await peer.closed).toBe(4403);
  expect(peer.messages).toEqual([]);
});

test.each<[string, (body: string) => string]>([
  ['not signed', () => ''],
  ['signed by another', (body) => sign(BUYER, body, { secret: 'x'.repeat(32) })],
  ['signed too long ago', (body) => sign(BUYER, body, { now: Date.now() - 31_000 })],
  ['signed for another', (body) => sign(BUYER, body, { audience: 'order' })],
  ['signed with other variables', () => sign(BUYER, subscribeBody({ query: TICKS, variables: { of: 'x' } }))],
])('a subscription that is %s closes its socket', async (_, signature) => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  peer.subscribe(TICKS, { ...ofWall, signature: signature(subscribeBody({ query: TICKS, ...ofWall })) });
  expect(await peer.closed).toBe(4403);
  expect(clocks.watching('wall')).toBe(0);
});

test('a subscription before the connection was greeted closes the socket', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url, null);
  peer.subscribe(TICKS, ofWall);
  expect(await peer.closed).toBe(4401);
});

test('a mistake of the caller keeps its code, and what nobody expected is masked with its request', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  const ask = async (query: string, of?: string, as: Identity = BUYER) => {
    const asked = peer.subscribe(query, { as, ...(of !== undefined && { variables: { of } }) });
    await eventually(() => expect(asked.got().at(-1)?.[0]).toMatch(/error|complete/));
    return asked.got().map(([type, payload]) => {
      const errors = type === 'error' ? payload : (payload as { errors?: object[] } | undefined)?.errors;
      return [type, (errors as { extensions: object }[] | undefined)?.map(({ extensions }) => extensions)];
    });
  };
  expect(await ask('subscription {')).toEqual([['error', [{ code: 'GRAPHQL_PARSE_FAILED' }]]]);
  expect(await ask('subscription { tocks }')).toEqual([['error', [{ code: 'GRAPHQL_VALIDATION_FAILED' }]]]);
  expect(await ask(TICKS)).toEqual([['error', [{ code: 'BAD_USER_INPUT' }]]]);
  expect(await ask('{ nothing }')).toEqual([['error', [{ code: 'BAD_USER_INPUT' }]]]);
  expect(await ask(TICKS, 'nobody')).toEqual([
    ['next', [{ code: 'NOT_FOUND' }]],
    ['complete', undefined],
  ]);
  expect(await ask(TICKS, 'mine', { kind: 'anonymous' })).toEqual([
    ['next', [{ code: 'UNAUTHENTICATED' }]],
    ['complete', undefined],
  ]);
  expect(await ask(TICKS, 'broken')).toEqual([
    ['next', [{ code: 'INTERNAL', requestId: 'request-1' }]],
    ['complete', undefined],
  ]);
  expect(JSON.stringify(peer.messages)).not.toContain('clockmaker');
  expect(clocks.logged).toHaveLength(1);
});

test('an event that fails is masked, and the next one comes; a stream that fails ends', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  const wall = peer.subscribe(TICKS, ofWall);
  await eventually(() => expect(clocks.watching('wall')).toBe(1));
  clocks.turn('wall', -1);
  await eventually(() => expect(wall.got()).toHaveLength(1));
  clocks.turn('wall', 7);
  await eventually(() => expect(wall.got()).toHaveLength(2));
  clocks.fail('wall', new Error('the spring is broken'));
  await eventually(() => expect(wall.got()).toHaveLength(3));
  const masked = {
    message: 'Something went wrong on our side.',
    extensions: { code: 'INTERNAL', requestId: 'request-1' },
  };
  expect(wall.got()).toEqual([
    ['next', { data: null, errors: [{ ...masked, locations: expect.anything(), path: ['ticks'] }] }],
    tick(7),
    ['error', [masked]],
  ]);
  await eventually(async () => expect(await clocks.open()).toBe(0));
});

test('a peer that reads nothing is sent the newest value once it reads, and what it missed is gone', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  const wall = peer.subscribe('subscription { ticks(of: "wall", padding: 60000) { number padding } }');
  await eventually(() => expect(clocks.watching('wall')).toBe(1));
  peer.socket.pause();
  // Sixty megabytes: the kernel's own buffers take a part of it.
  for (let number = 1; number <= 1_000; number += 1) {
    clocks.turn('wall', number);
    await new Promise((resolve) => setImmediate(resolve));
  }
  peer.socket.resume();
  const numbers = () =>
    wall.got().map(([, payload]) => (payload as { data: { ticks: { number: number } } }).data.ticks.number);
  await eventually(() => expect(numbers().at(-1)).toBe(1_000));
  expect(numbers().length).toBeLessThan(500);
  expect(numbers()).toEqual(numbers().toSorted((a, b) => a - b));
});

test('a value that is too long ends its own subscription, and the socket goes on', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  const big = peer.subscribe('subscription { ticks(of: "wall", padding: 1100000) { number padding } }');
  const wall = peer.subscribe(TICKS, ofWall);
  await eventually(() => expect(clocks.watching('wall')).toBe(2));
  clocks.turn('wall', 1);
  await eventually(() => expect([big.got(), wall.got()].map(({ length }) => length)).toEqual([1, 1]));
  expect(big.got()).toEqual([
    [
      'error',
      [{ message: expect.stringContaining('1048576 bytes'), extensions: { code: 'PAYLOAD_TOO_LARGE' } }],
    ],
  ]);
  await eventually(() => expect(clocks.watching('wall')).toBe(1));
  await eventually(async () => expect(await clocks.open()).toBe(1));
  clocks.turn('wall', 2);
  await eventually(() => expect(wall.got()).toEqual([tick(1), tick(2)]));
  expect(big.got()).toHaveLength(1);
});

test('large values that come all at once do not cut the socket, and the small ones come', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  const large = Array.from({ length: 90 }, () =>
    peer.subscribe('subscription { ticks(of: "wall", padding: 1000000) { number padding } }'),
  );
  const wall = peer.subscribe(TICKS, ofWall);
  await eventually(() => expect(clocks.watching('wall')).toBe(91));
  clocks.turn('wall', 1);
  await eventually(() => expect(wall.got()).toEqual([tick(1)]));
  await eventually(() => expect(large.every(({ got }) => got().length === 1)).toBe(true));
  const refused = large.flatMap(({ got }) => got()).filter(([type]) => type === 'error');
  expect(refused.length).toBeGreaterThan(0);
  for (const [, payload] of refused)
    expect(payload).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  expect(peer.socket.readyState).toBe(peer.socket.OPEN);
});

test('a peer that answers no ping is cut', async () => {
  await using clocks = await openClocks({ pingEveryMs: 100 });
  await using reading = await openPeer(clocks.url);
  await using deaf = await openPeer(clocks.url);
  deaf.subscribe(TICKS, ofWall);
  await eventually(() => expect(clocks.watching('wall')).toBe(1));
  deaf.socket.pause();
  await eventually(() => expect(clocks.watching('wall')).toBe(0));
  const wall = reading.subscribe(TICKS, ofWall);
  await eventually(() => expect(clocks.watching('wall')).toBe(1));
  clocks.turn('wall', 1);
  await eventually(() => expect(wall.got()).toEqual([tick(1)]));
});

test('a message that is too long closes its socket', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  peer.subscribe(`${TICKS} # ${'x'.repeat(64 * 1024)}`, ofWall);
  expect(await peer.closed).toBe(1009);
});

test('a stop sends every peer to another replica, and takes no new one', async () => {
  await using clocks = await openClocks();
  await using peer = await openPeer(clocks.url);
  peer.subscribe(TICKS, ofWall);
  await eventually(() => expect(clocks.watching('wall')).toBe(1));
  const closing = clocks.close();
  expect(await peer.closed).toBe(1012);
  await expect(openPeer(clocks.url)).rejects.toThrow();
  await closing;
  expect(clocks.watching('wall')).toBe(0);
  expect(await clocks.open()).toBe(0);
});

const NEXT = 'local-only-identity-secret-of-later';

test('while secrets change, sockets are kept and opened by either, and end with the one that is taken away', async () => {
  await using clocks = await openClocks({ secrets: `${NEXT},${SECRET}` });
  for (const secret of [SECRET, NEXT]) {
    await using peer = await openPeer(clocks.url, {
      [IDENTITY_HEADER]: sign(GATEWAY, 'connect', { secret }),
    });
    // A line that was opened by the one goes on by the other.
    const signed = [SECRET, NEXT].map((by) => {
      const signature = sign(BUYER, subscribeBody({ query: TICKS, ...ofWall }), { secret: by });
      return peer.subscribe(TICKS, { ...ofWall, signature });
    });
    await eventually(() => expect(clocks.watching('wall')).toBe(2));
    clocks.turn('wall', 1);
    await eventually(() => expect(signed.map(({ got }) => got())).toEqual([[tick(1)], [tick(1)]]));
    peer.socket.terminate();
    await eventually(() => expect(clocks.watching('wall')).toBe(0));
  }
  await using without = await openClocks({ secrets: NEXT });
  await using late = await openPeer(without.url, { [IDENTITY_HEADER]: sign(GATEWAY, 'connect') });
  expect(await late.closed).toBe(4403);
});

test('at every step of a change, what one process signs the ones of the step before and after take', () => {
  const steps = [SECRET, `${SECRET},${NEXT}`, `${NEXT}, ${SECRET}`, NEXT];
  const request = { audience: 'clocks', identity: BUYER, requestId: 'request-1' };
  const taken = steps.map((signer) =>
    steps.map((verifier) => verifyIdentity(verifier, 'clocks', signIdentity(signer, request, '{}'), '{}').ok),
  );
  expect(taken).toEqual([
    [true, true, true, false],
    [true, true, true, false],
    [false, true, true, true],
    [false, true, true, true],
  ]);
  for (const empty of ['', `${SECRET},`, `,${SECRET}`]) {
    expect(() => signIdentity(empty, request, '{}')).toThrow('one of the secrets is empty');
  }
});
