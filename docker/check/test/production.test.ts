import { afterAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { temporaryHome } from '../../local/test/temporary-home.ts';
import { describeServices } from '../../local/platform/services.ts';
import { openSecrets } from '../../local/secrets.ts';
import { services } from '../services.ts';

const home = temporaryHome();
afterAll(() => home[Symbol.dispose]());
const local = await describeServices({
  home,
  infrastructure: {
    databaseUrl: 'postgres://postgres:local-only-password@127.0.0.1:1/postgres',
    redisUrl: 'redis://:local-only-password@127.0.0.1:1',
    amqpUrl: 'amqp://guest:guest@127.0.0.1:1',
    died: new Promise(() => undefined),
    close: () => Promise.resolve(),
  },
  secrets: openSecrets(home),
  port: 4_000,
  demo: true,
  replicas: { user: 1, catalog: 1, order: 1, payment: 1 },
});
const SERVERS = ['IDENTITY_SECRET', 'DATABASE_URL', 'REDIS_URL', 'AMQP_URL', 'STAMPEDE_DEMO'];
const OURS = /^((USER|CATALOG|ORDER|PAYMENT)_URLS?|HOST)$/;

test.each([
  [
    'user',
    [
      ...SERVERS,
      'PUBLIC_URL',
      'ACCESS_TOKEN_KEYS',
      'PERSONAL_DATA_KEYS',
      'SMTP_URL',
      'MAIL_FROM',
      'SOCIAL_REDIRECT_URIS',
      'KAKAO_ISSUER',
      'KAKAO_API_URL',
      'KAKAO_CLIENT_SECRET',
      'NAVER_ISSUER',
      'NAVER_API_URL',
      'NAVER_CLIENT_SECRET',
    ],
  ],
  ['catalog', [...SERVERS, 'PUBLIC_URL', 'NAVER_SHOPPING_URL', 'NAVER_SEARCH_CLIENT_SECRET']],
  ['order', [...SERVERS, 'PERSONAL_DATA_KEYS']],
  [
    'payment',
    [
      ...SERVERS,
      'PUBLIC_URL',
      'KAKAOPAY_URL',
      'KAKAOPAY_SECRET_KEY',
      'KAKAOPAY_CID',
      'TOSS_URL',
      'TOSS_SECRET_KEY',
      'TOSS_CLIENT_KEY',
      'TOSS_SDK_URL',
      'RETURN_ORIGINS',
      'PAYMENT_TOKEN_KEYS',
    ],
  ],
  ['gateway', ['IDENTITY_SECRET', 'PUBLIC_URL']],
])('production refuses all of %s that npm start gives it', (name, refused) => {
  const { env } = [...local.subgraphs, local.gateway].find((each) => each.name === name)!;
  const { readEnv } = services.find((each) => each.name === name)!;
  expect(() => readEnv({ ...env, NODE_ENV: 'development' })).not.toThrow();
  expect(problemsOf(() => readEnv({ ...env, NODE_ENV: 'production' })).toSorted()).toEqual(
    refused.toSorted(),
  );
  // Whatever is marked, or leads to this machine, is in the list: but for where the others of the house are.
  const marked = Object.entries(env).flatMap(([variable, value = '']) => {
    if (variable in process.env || OURS.test(variable)) return [];
    const text = variable.endsWith('_FILE') ? readFileSync(value, 'utf8') : value;
    return /local-only-|localhost|127\.0\.0\.1/.test(text) ? [variable.replace(/_FILE$/, '')] : [];
  });
  // Of no use to order, which all are told of.
  const read = marked.filter((variable) => variable !== 'PUBLIC_URL' || name !== 'order');
  expect(refused).toEqual(expect.arrayContaining(read));
});

function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    return (error as { problems: string[] }).problems.map((problem) => problem.split(':')[0]!);
  }
  return [];
}
