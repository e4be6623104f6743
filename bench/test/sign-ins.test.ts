import { expect, test } from '@jest/globals';
import { eventually, type GraphqlAnswer } from '@stampede/shared/testing';
import type { FlashSaleOptions, FlashSaleParts } from '../src/flash-sale/parts.js';
import { rush } from '../src/flash-sale/rush.js';
import { keepSigningIn } from '../src/flash-sale/sign-ins.js';

const SIGNER = { email: 'a@stampede.test', password: 'p' };

/** A platform that answers its callers so, one after the other, and then keeps them waiting until they are let go. */
function openPlatform(answers: object[]) {
  const asked: number[] = [];
  let end: () => void = () => undefined;
  const letGo = new Promise<void>((resolve) => {
    end = resolve;
  });
  const send = async (): Promise<GraphqlAnswer> => {
    const answer = answers[asked.push(Date.now()) - 1];
    if (!answer) await letGo;
    return {
      status: 200,
      headers: {},
      data: null,
      ...(answer ?? { data: { signIn: { __typename: 'AuthSession' } } }),
    };
  };
  return { asked, end: () => end(), client: { send } };
}

const signedIn = { data: { signIn: { __typename: 'AuthSession' } } };
const tooMany = (inMs: number) => ({
  data: { signIn: { __typename: 'TooManyAttempts', retryAt: new Date(Date.now() + inMs).toISOString() } },
});

test('counts what is answered from the moment on that it is told, by the time since then', async () => {
  const platform = openPlatform([signedIn, signedIn, tooMany(0)]);
  const opensAt = Date.now() + 300;
  const storm = keepSigningIn(platform.client, [SIGNER], opensAt);
  await eventually(() => expect(platform.asked).toHaveLength(4));
  await eventually(() => expect(Date.now()).toBeGreaterThan(opensAt + 50));
  const stopped = storm.stop();
  const seconds = (Date.now() - opensAt) / 1_000;
  platform.end();
  const figures = await stopped;
  expect(figures).toMatchObject({ signedIn: 1, refused: {} });
  expect(figures.perSecond).toBeGreaterThan(0.5 / seconds);
  expect(figures.perSecond).toBeLessThan(1.5 / seconds);
});

test('comes again when it is told to, and not before', async () => {
  const platform = openPlatform([tooMany(250)]);
  const began = Date.now();
  const storm = keepSigningIn(platform.client, [SIGNER], began);
  await eventually(() => expect(platform.asked).toHaveLength(2));
  // Without being told, it would have been a second.
  expect(platform.asked[1]! - began).toBeGreaterThanOrEqual(240);
  expect(platform.asked[1]! - began).toBeLessThan(900);
  platform.end();
  expect(await storm.stop()).toMatchObject({ refused: { TooManyAttempts: 1 } });
});

test('stopped, it waits for nobody who is to come again later', async () => {
  const platform = openPlatform([tooMany(600_000)]);
  const storm = keepSigningIn(platform.client, [SIGNER], Date.now());
  await eventually(() => expect(platform.asked).toHaveLength(1));
  expect(await storm.stop()).toMatchObject({ signedIn: 0, refused: { TooManyAttempts: 1 } });
});

test('a rush that fails ends the storm as well', async () => {
  const platform = openPlatform(Array.from({ length: 10 }, () => tooMany(20)));
  const parts = {
    gatewayUrl: 'http://127.0.0.1:1',
    buyers: [],
    signers: [SIGNER],
    processes: {},
    client: platform.client,
    generator: { run: () => Promise.reject(new Error('it has died')) },
  } as unknown as FlashSaleParts;
  const options = { flush: false, progress: () => undefined } as unknown as FlashSaleOptions;
  await expect(rush(parts, { productId: '', opensAt: Date.now() + 100 }, 0, options)).rejects.toThrow(
    'it has died',
  );
  const asked = platform.asked.length;
  await expect(eventually(() => expect(platform.asked.length).toBeGreaterThan(asked), 200)).rejects.toThrow();
});
