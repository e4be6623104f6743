import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const made = () => randomBytes(48).toString('base64');

/** Nobody's, and as it may go wrong where somebody has taken trouble: nothing local, and yet nothing for business. */
const REFUSED: [folder: string, env: Record<string, string>, refused: string[]][] = [
  ['emulators', { PORT: '0' }, ['NODE_ENV']],
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
      CRASH_AT: 'record-approval/commit/after',
      CRASH_POINTS_FILE: '/tmp/crash-points',
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
      'CRASH_AT',
      'CRASH_POINTS_FILE',
    ],
  ],
];

test.each(REFUSED)(
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
