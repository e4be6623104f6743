import { expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { listen, respond } from '@stampede/shared/http';
import { openAccessTokens } from '../src/identity/access-token.js';
import { openMetrics } from '@stampede/shared/telemetry';
import { replicasAt } from './fixtures/replicas.js';
import { openTokenKeys } from '../src/identity/token-keys.js';
import { log, openStack, until } from './fixtures/house.js';
import { openIssuer, type Issuer } from './fixtures/tokens.js';

/** A publisher of keys, and who reads them by a clock that the test moves. */
async function openKeys() {
  const stack = openStack();
  const issuer = await openIssuer();
  const state = { published: [issuer] as Issuer[], asked: 0, broken: false, now: Date.now() };
  const { port } = stack.own(
    await listen({
      host: '127.0.0.1',
      port: 0,
      log,
      routes: {
        '/jwks': (_, response) => {
          state.asked += 1;
          if (state.broken) respond(response, 500, 'broken');
          else respond(response, 200, { keys: state.published.map(({ jwk }) => jwk) });
        },
      },
    }),
  );
  const now = () => state.now;
  const replicas = stack.own(replicasAt('user', `http://127.0.0.1:${port}`));
  const keys = stack.own(openTokenKeys({ replicas, path: '/jwks', log, now, metrics: openMetrics('test') }));
  await until(() => keys.loaded());
  const verify = openAccessTokens(keys, now);
  return { issuer, state, keys, verify, [Symbol.asyncDispose]: stack.close };
}

test('takes up a new key as soon as a token names it, but asks again no sooner than after 5 s', async () => {
  await using publisher = await openKeys();
  const { state, verify } = publisher;
  const next = await openIssuer();
  const token = await next.token();
  state.published.push(next);

  state.now += 4_999;
  expect(await verify(token)).toBeNull();
  expect(state.asked).toBe(1);

  state.now += 1;
  expect(await verify(token)).toMatchObject({ identity: { userId: 'u1' } });
  expect(state.asked).toBe(2);
  expect(await verify(await publisher.issuer.token())).toMatchObject({ identity: { userId: 'u1' } });
});

test('asks the publisher once when a thousand unknown keys are named at a time', async () => {
  await using publisher = await openKeys();
  const { state, keys } = publisher;
  state.now += 5_000;
  const found = await Promise.all(Array.from({ length: 1_000 }, (_, index) => keys.find(`forged-${index}`)));
  expect(found.every((key) => key === undefined)).toBe(true);
  expect(state.asked).toBe(2);
});

test('ends what a withdrawn key had signed, though it is remembered', async () => {
  await using publisher = await openKeys();
  const { issuer, state, keys, verify } = publisher;
  const token = await issuer.token();
  expect(await verify(token)).not.toBeNull();

  state.published = [await openIssuer()];
  state.now += 5_000;
  await keys.find('something that makes it ask');
  expect(await verify(token)).toBeNull();
});

test('checks a token once, and again never until it ends', async () => {
  await using publisher = await openKeys();
  const { issuer, state, keys } = publisher;
  let searched = 0;
  const counted = {
    ...keys,
    find: (kid: string) => {
      searched += 1;
      return keys.find(kid);
    },
  };
  const verify = openAccessTokens(counted, () => state.now);
  const token = await issuer.token();
  await verify(token);
  expect(await verify(token)).toMatchObject({ identity: { userId: 'u1' } });
  expect(searched).toBe(1);

  state.now += 901_000;
  expect(await verify(token)).toBeNull();
});

test('says unavailable, not unknown, when the publisher cannot be asked', async () => {
  await using publisher = await openKeys();
  const { issuer, state, keys, verify } = publisher;
  state.broken = true;
  state.now += 5_000;
  await expect(keys.find('perhaps a new one')).rejects.toBeInstanceOf(Unavailable);
  expect(await verify(await issuer.token())).toMatchObject({ identity: { userId: 'u1' } });
});
