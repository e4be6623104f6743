import { expect, test } from '@jest/globals';
import { openExpiring } from '../src/login/expiring.js';
import { readEnv } from '../src/env.js';
import { openEmulators } from '../src/server.js';

test('what is kept is bounded: the oldest goes first', () => {
  const kept = openExpiring<number>(() => new Date(0), 1_000, 3);
  const keys = [1, 2, 3, 4].map((value) => kept.put(value));
  expect(keys.map((key) => kept.get(key))).toEqual([undefined, 2, 3, 4]);
  expect(kept.size()).toBe(3);
});

test('what has expired is not found, and makes room', () => {
  let clock = 0;
  const kept = openExpiring<number>(() => new Date(clock), 1_000, 100);
  const key = kept.put(1);
  kept.put(2);
  clock = 999;
  expect([kept.get(key), kept.leftMs(key)]).toEqual([1, 1]);
  clock = 1_000;
  expect([kept.get(key), kept.leftMs(key)]).toEqual([undefined, 0]);
  kept.put(3);
  expect(kept.size()).toBe(1);
});

test('each login has a client secret of its own', async () => {
  await using emulators = await openEmulators({ kakaoSecret: 'of-kakao', naverSecret: 'of-naver' });
  const errorsWith = (client_secret: string): Promise<unknown[]> => {
    const body = new URLSearchParams({ client_id: 'any', client_secret, grant_type: 'authorization_code' });
    const error = async (path: string) => {
      const response = await fetch(`${emulators.url}${path}`, { method: 'POST', body });
      return ((await response.json()) as { error: string }).error;
    };
    return Promise.all(['/kakao/oauth/token', '/naver/oauth2/token'].map(error));
  };
  expect(await errorsWith('of-kakao')).toEqual(['invalid_grant', 'invalid_client']);
  expect(await errorsWith('of-naver')).toEqual(['invalid_client', 'invalid_grant']);
});

test('the client secrets are the process’s own, or the local one', () => {
  const local = 'local-only-login-secret';
  expect(readEnv({})).toMatchObject({ KAKAO_CLIENT_SECRET: local, NAVER_CLIENT_SECRET: local });
  expect(() => readEnv({ KAKAO_CLIENT_SECRET: '' })).toThrow('KAKAO_CLIENT_SECRET');
});
