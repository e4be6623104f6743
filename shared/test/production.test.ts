import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const key = () => randomBytes(32).toString('base64');
const LOCAL_KEYS = `1:${key()},local-only-2:${key()},index:${key()}`;
const subgraph = {
  PORT: '0',
  IDENTITY_SECRET: 'local-only-identity-secret-0123456789',
  DATABASE_URL: 'postgres://role:local-only-password@127.0.0.1:1/stampede',
  REDIS_URL: 'redis://:local-only-password@127.0.0.1:1',
  AMQP_URL: 'amqp://stampede:local-only-password@127.0.0.1:1',
  STAMPEDE_DEMO: '1',
};
const SERVERS = ['IDENTITY_SECRET', 'DATABASE_URL', 'STAMPEDE_DEMO', 'REDIS_URL', 'AMQP_URL'];
const at = 'http://127.0.0.1:1';
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

/** By folder: how it starts locally, and what production refuses of that. */
const LOCAL: [folder: string, env: Record<string, string>, refused: string[]][] = [
  [
    'subgraphs/user',
    {
      ...subgraph,
      ORDER_URL: at,
      PAYMENT_URL: at,
      CATALOG_URL: at,
      PUBLIC_URL: 'http://localhost:4000',
      ACCESS_TOKEN_KEYS: String(pem),
      PERSONAL_DATA_KEYS: LOCAL_KEYS,
      SMTP_URL: 'smtp://127.0.0.1:1',
      SOCIAL_REDIRECT_URIS: 'http://localhost:*',
      KAKAO_ISSUER: `${at}/kakao`,
      KAKAO_API_URL: `${at}/kakao/api`,
      KAKAO_CLIENT_SECRET: 'local-only-login-secret',
      NAVER_ISSUER: `${at}/naver`,
      NAVER_API_URL: `${at}/naver/api`,
      NAVER_CLIENT_SECRET: 'local-only-login-secret',
    },
    [
      ...SERVERS,
      'PUBLIC_URL',
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
  [
    'subgraphs/catalog',
    {
      ...subgraph,
      ORDER_URL: at,
      PUBLIC_URL: 'http://localhost:4000',
      NAVER_SHOPPING_URL: `${at}/shopping`,
      NAVER_SEARCH_CLIENT_ID: 'stampede-local',
      NAVER_SEARCH_CLIENT_SECRET: 'local-only-search-secret',
    },
    [...SERVERS, 'PUBLIC_URL', 'NAVER_SHOPPING_URL', 'NAVER_SEARCH_CLIENT_SECRET'],
  ],
  [
    'subgraphs/order',
    { ...subgraph, CATALOG_URL: at, USER_URL: at, PERSONAL_DATA_KEYS: LOCAL_KEYS },
    [...SERVERS, 'PERSONAL_DATA_KEYS'],
  ],
  [
    'subgraphs/payment',
    {
      ...subgraph,
      ORDER_URL: at,
      KAKAOPAY_URL: `${at}/kakaopay`,
      KAKAOPAY_SECRET_KEY: 'local-only-kakaopay-key',
      TOSS_URL: `${at}/toss`,
      TOSS_SECRET_KEY: 'local-only-toss-secret-key',
      TOSS_CLIENT_KEY: 'local-only-toss-client-key',
      TOSS_SDK_URL: `${at}/toss/v2/standard`,
      PUBLIC_URL: 'http://localhost:4000',
      RETURN_ORIGINS: 'https://shop.example,http://localhost:*',
      PAYMENT_TOKEN_KEYS: LOCAL_KEYS,
    },
    [
      ...SERVERS,
      'KAKAOPAY_URL',
      'KAKAOPAY_SECRET_KEY',
      'KAKAOPAY_CID',
      'TOSS_URL',
      'TOSS_SECRET_KEY',
      'TOSS_CLIENT_KEY',
      'TOSS_SDK_URL',
      'PUBLIC_URL',
      'RETURN_ORIGINS',
      'PAYMENT_TOKEN_KEYS',
    ],
  ],
  [
    'gateway',
    {
      PORT: '0',
      IDENTITY_SECRET: subgraph.IDENTITY_SECRET,
      USER_URL: at,
      CATALOG_URL: at,
      ORDER_URL: at,
      PAYMENT_URL: at,
      ALLOWED_ORIGINS: 'https://shop.example,http://localhost:3000',
    },
    ['IDENTITY_SECRET', 'PUBLIC_URL', 'ALLOWED_ORIGINS'],
  ],
  ['emulators', { PORT: '0' }, ['NODE_ENV']],
];

/** As it may go wrong where somebody has taken trouble: nothing local, and yet nothing for business. */
const made = () => randomBytes(48).toString('base64');
const CARELESS: typeof LOCAL = [
  [
    'subgraphs/payment',
    {
      PORT: '0',
      IDENTITY_SECRET: `${made()},${'secret-'.repeat(6)}`,
      DATABASE_URL: 'postgres://stampede_payment:stampede_payment@db.internal/stampede',
      REDIS_URL: 'redis://:password@redis.internal',
      AMQP_URL: 'amqp://rabbitmq.internal',
      ORDER_URL: 'http://order.internal',
      KAKAOPAY_URL: 'https://127.0.0.1:4090/kakaopay',
      KAKAOPAY_SECRET_KEY: made(),
      KAKAOPAY_CID: 'TC0ONETIME',
      TOSS_URL: 'https://localhost/toss',
      TOSS_SECRET_KEY: `test_sk_${made()}`,
      TOSS_CLIENT_KEY: `test_gck_${made()}`,
      PUBLIC_URL: 'https://localhost',
      RETURN_ORIGINS: 'https://shop.example,https://localhost:*',
      PAYMENT_TOKEN_KEYS: `1:${Buffer.alloc(32).toString('base64')}`,
    },
    [
      'IDENTITY_SECRET',
      'DATABASE_URL',
      'REDIS_URL',
      'AMQP_URL',
      'KAKAOPAY_URL',
      'KAKAOPAY_CID',
      'TOSS_URL',
      'TOSS_SECRET_KEY',
      'TOSS_CLIENT_KEY',
      'PUBLIC_URL',
      'RETURN_ORIGINS',
      'PAYMENT_TOKEN_KEYS',
    ],
  ],
];

test.each([...LOCAL, ...CARELESS])(
  '%s does not start in production with settings that are not for it',
  async (folder, env, refused) => {
    const service = spawn(process.execPath, [`${ROOT}${folder}/dist/main.js`], {
      env: { ...env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [service.stdout, service.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const [code] = (await once(service, 'close')) as [number];
    expect(code).toBe(1);
    const named = [...output.matchAll(/^ +(?:- )?([A-Z_]+): /gm)].map(([, name]) => name as string);
    expect(named.toSorted()).toEqual(refused.toSorted());
    // Neither a secret nor a stack.
    expect(output).not.toMatch(/local-only-|\bat .*:\d+/);
  },
);
