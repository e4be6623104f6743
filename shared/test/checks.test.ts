import { expect, test } from '@jest/globals';
import { generateKeyPairSync, randomBytes } from 'node:crypto';

const load = (path: string): Promise<unknown> => import(new URL(`../../.ci/${path}`, import.meta.url).href);

interface Advisory {
  name: string;
  severity: string;
  title: string;
  url: string;
}
type Report = { auditReportVersion: number; vulnerabilities: Record<string, { via: (Advisory | string)[] }> };
type Exception = { id: string; package: string; reason: string; until: string };

const { judge, isReport } = (await load('audit/judge.mjs')) as {
  judge: (
    reports: { production: Report; development: Report },
    exceptions: Exception[],
    today: string,
  ) => string[];
  isReport: (report: unknown) => boolean;
};
const { broughtBack } = (await load('audit/advisories.mjs')) as {
  broughtBack: (
    named: { id: string; packages: string[]; fixed: string; about: string }[],
    lock: { packages: Record<string, { version: string }> },
  ) => string[];
};
const { secretsIn } = (await load('secrets/secrets-in.mjs')) as {
  secretsIn: (text: string) => { line: number; kind: string }[];
};

/** As npm 11 writes it. */
const report = (...severities: string[]): Report => ({
  auditReportVersion: 2,
  vulnerabilities: {
    above: { via: ['below'] },
    below: {
      via: severities.map((severity) => ({
        name: 'below',
        severity,
        title: `a ${severity} mistake`,
        url: `https://github.com/advisories/GHSA-${severity}`,
      })),
    },
  },
});
const exception = (id: string, more: Partial<Exception> = {}): Exception => ({
  id,
  package: 'below',
  reason: 'is never called',
  until: '2027-01-31',
  ...more,
});

test('an audit lets nothing pass that runs in production, and what builds by its severity', () => {
  const none = report();
  expect(judge({ production: none, development: none }, [], '2026-11-22')).toEqual([]);
  expect(judge({ production: report('low'), development: report('low') }, [], '2026-11-22')).toEqual([
    'GHSA-low: below (low): a low mistake',
  ]);
  const development = report('moderate', 'high');
  expect(judge({ production: none, development }, [], '2026-11-22')).toEqual([
    'GHSA-high: below (high): a high mistake',
  ]);
});

test.each<[string, Exception, string[]]>([
  ['stands', exception('GHSA-high'), []],
  ['stands on its last day', exception('GHSA-high', { until: '2026-11-22' }), []],
  [
    'has ended',
    exception('GHSA-high', { until: '2026-11-21' }),
    ['GHSA-high: the exception of below ended on 2026-11-21'],
  ],
  [
    'has no reason',
    exception('GHSA-high', { reason: '' }),
    ['GHSA-high: the exception of below has no reason'],
  ],
  [
    'has no day',
    exception('GHSA-high', { until: 'later' }),
    ['GHSA-high: the exception of below has no day'],
  ],
  [
    'is of another package',
    exception('GHSA-high', { package: 'above' }),
    ['GHSA-high: below (high): a high mistake', 'GHSA-high: nothing needs the exception of above'],
  ],
])('an exception of an audit that %s', (_, given, problems) => {
  const found = report('high');
  expect(judge({ production: found, development: found }, [given], '2026-11-22')).toEqual(problems);
});

test('knows a report from the answer of a registry that keeps no advisories', () => {
  expect(isReport(report())).toBe(true);
  for (const other of [{ statusCode: 405, message: 'Method Not Allowed' }, undefined, {}]) {
    expect(isReport(other)).toBe(false);
  }
});

test.each([
  ['2.13.2', []],
  ['2.14.0', []],
  ['3.0.0', []],
  ['2.13.1', ['X: node_modules/a is 2.13.1, and mended in 2.13.2 (it)']],
  ['2.9.10', ['X: node_modules/a is 2.9.10, and mended in 2.13.2 (it)']],
  ['2.13.2-rc.1', ['X: node_modules/a is 2.13.2-rc.1, and mended in 2.13.2 (it)']],
])('an advisory that is named does not come back by %s', (version, problems) => {
  const named = [{ id: 'X', packages: ['a'], fixed: '2.13.2', about: 'it' }];
  expect(broughtBack(named, { packages: { 'node_modules/a': { version } } })).toEqual(problems);
  const below = {
    packages: { 'node_modules/a': { version: '2.13.2' }, 'node_modules/b/node_modules/a': { version } },
  };
  expect(broughtBack(named, below)).toHaveLength(problems.length);
  expect(broughtBack(named, { packages: {} })).toEqual(['X: a is not installed']);
});

const pem = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
);
const random = (bytes = 32) => `aA1${randomBytes(bytes).toString('base64url')}`;

test.each([
  ['a private key', pem],
  ['a private key', JSON.stringify(pem)],
  ['a key of Toss Payments', `const key = 'live_gsk_${'a1B2'.repeat(8)}';`],
  ['a password in a URL', `postgres://role:${randomBytes(12).toString('hex')}@host/db`],
  ['a secret that is set', `IDENTITY_SECRET=${random()}`],
  ['a secret that is set', `  PERSONAL_DATA_KEYS: '1:${random()}='`],
  ['a secret that is set', `"KAKAOPAY_SECRET_KEY": "${random()}"`],
])('finds %s in a file', (kind, text) => {
  expect(secretsIn(`\n${text}\n`)).toEqual([{ line: 2, kind }]);
});

test.each([
  'IDENTITY_SECRET: local-only-0123456789abcdefghijklmnopqrstuvwxyzABCDEF',
  'postgres://role:local-only-password-of-tests@host',
  'const PEM = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g;',
  'IDENTITY_SECRET: process.env.IDENTITY_SECRET_OF_SOMETHING',
  'test_ck_1',
])('takes %s for none', (text) => {
  expect(secretsIn(text)).toEqual([]);
});
