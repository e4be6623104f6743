import { expect, test } from '@jest/globals';
import { EnvironmentError } from '@stampede/shared/env';
import { readUserEnv } from '../src/env.js';
import { newSealingKeys, newSigningKey } from './open-user.js';

const settings = {
  NODE_ENV: 'production',
  PORT: '1',
  DATABASE_URL: 'postgres://role@database.example/stampede',
  REDIS_URL: 'redis://redis.example',
  IDENTITY_SECRET: 'a secret of the tests which is thirty-two long',
  ACCESS_TOKEN_KEYS: newSigningKey(),
  PERSONAL_DATA_KEYS: newSealingKeys(),
  AMQP_URL: 'amqp://shop:k3J-9_x@broker.example',
  CATALOG_URL: 'http://catalog:4000',
  ORDER_URL: 'http://order:4000',
  PAYMENT_URL: 'http://payment:4000',
  PUBLIC_URL: 'https://shop.example',
  SMTP_URL: 'smtp://mail.example:587',
  MAIL_FROM: 'Shop <shop@example.com>',
};

function problemsOf(change: Record<string, string>): string[] {
  try {
    readUserEnv({ ...settings, ...change });
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

test.each<Record<string, string>>([
  {},
  { SMTP_URL: 'smtps://u%40x:p@localhost.example:465' },
  { SMTP_URL: 'smtp://10.127.0.1' },
  { MAIL_FROM: 'Tests <latest@contest.example>' },
])('production starts with %j', (change) => {
  expect(problemsOf(change)).toEqual([]);
});

test.each<[name: string, value: string]>([
  ['PUBLIC_URL', ''],
  ['PUBLIC_URL', 'http://shop.example'],
  ['MAIL_FROM', ''],
  ['MAIL_FROM', 'Stampede <no-reply@stampede.test>'],
  ['MAIL_FROM', 'no-reply@shop.TEST'],
  ...[
    'smtp://127.0.0.1:25',
    'smtps://user:password@127.1',
    'smtp://0x7f000001',
    'smtp://localhost:1025',
    'smtp://LOCALHOST.',
    'smtp://mail.localhost',
    'smtp://[::1]:25',
    'smtp://[::ffff:127.0.0.1]',
    'smtp://0.0.0.0',
  ].map((url): [string, string] => ['SMTP_URL', url]),
])('production does not start with %s=%s, which other places may', (name, value) => {
  expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
  if (value) expect(problemsOf({ [name]: value, NODE_ENV: 'development' })).toEqual([]);
});
