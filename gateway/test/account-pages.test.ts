import { expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { readBody, respond, type Route } from '@stampede/shared/http';
import {
  ANONYMOUS,
  IDENTITY_HEADER,
  REFRESH_COOKIE_HEADER,
  type Client,
  type Identity,
} from '@stampede/shared/identity';
import type { Log } from '@stampede/shared/telemetry';
import { parse } from 'graphql';
import { openAskUser } from '../src/pages/ask-user.js';
import { openEndings } from './fixtures/endings.js';
import { IDENTITY_SECRET, openBareSubgraph, startGateway, until } from './fixtures/house.js';
import { openIssuer } from './fixtures/tokens.js';

const TOKEN = 'T'.repeat(43);
const PUBLIC_URL = 'http://localhost:4000';

interface Question {
  query: string;
  variables: Record<string, unknown>;
  identity: Identity;
  client: Client | undefined;
}
type AnswerTo = (question: Question) => { body: object; cookie?: string } | undefined;

/** A gateway whose user service answers as the test says; `asked` is what it was asked. */
async function openPages(answerTo: AnswerTo) {
  const issuer = await openIssuer();
  const endings = openEndings(IDENTITY_SECRET);
  const asked: Question[] = [];
  const answer: Route = async (request, response, url) => {
    const ending = (endings.routes as Record<string, Route>)[url.pathname];
    if (ending) return ending(request, response, url);
    if (url.pathname !== '/graphql') return respond(response, 200, { keys: [issuer.jwk] });
    const body = JSON.parse((await readBody(request, 100_000)).toString()) as Question;
    const [payload = ''] = String(request.headers[IDENTITY_HEADER]).split('.');
    const { id, cl } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      id: Identity;
      cl?: Client;
    };
    const question = { query: body.query, variables: body.variables, identity: id, client: cl };
    asked.push(question);
    const given = answerTo(question);
    if (!given) return response.destroy() as never;
    if (given.cookie !== undefined) response.setHeader(REFRESH_COOKIE_HEADER, given.cookie);
    respond(response, 200, given.body);
  };
  const user = await openBareSubgraph(answer, [
    '/graphql',
    '/.well-known/jwks.json',
    '/readyz',
    ...Object.keys(endings.routes),
  ]);
  const gateway = await startGateway({ USER_URL: user.url, PUBLIC_URL: `${PUBLIC_URL}/` });
  await until(async () => !(await gateway.get('/readyz')).text.includes('not loaded'));
  return {
    ...gateway,
    issuer,
    asked,
    /** Sends the form as a browser does. */
    post: (path: string, fields: string | Record<string, string>, headers: Record<string, string> = {}) =>
      gateway.get(path, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: PUBLIC_URL,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
      }),
    async [Symbol.asyncDispose]() {
      await gateway.close();
      endings.close();
      await user[Symbol.asyncDispose]();
    },
  };
}

const refusing =
  (code: string, extensions: object = {}): AnswerTo =>
  () => ({
    body: { data: null, errors: [{ message: 'no', extensions: { code, ...extensions } }] },
  });
const INVALID = { __typename: 'InvalidToken' };
const invalid: AnswerTo = ({ query }) => ({
  body: { data: query.includes('verifyEmail') ? { verifyEmail: INVALID } : { resetPassword: INVALID } },
});
const changed: AnswerTo = () => ({ body: { data: { resetPassword: { __typename: 'PasswordChanged' } } } });

/** A user service to which each link is good once asked. */
async function openVerifying() {
  let accessToken = '';
  const pages = await openPages(({ query, variables }) => {
    if (query.includes('signOut')) return { body: { data: { signOut: true } }, cookie: '' };
    const session = { __typename: 'AuthSession', accessToken, user: { email: 'me@stampede.test' } };
    return {
      body: { data: { verifyEmail: session } },
      ...(variables.cookie === true && { cookie: 'next' }),
    };
  });
  accessToken = await pages.issuer.token();
  return pages;
}

const PAGES = ['/verify-email', '/reset-password'];
/** What the form of each sends. */
const FORM = { token: TOKEN, new: 'a long new password', again: 'a long new password' };

test.each(PAGES)('shows at %s a form that runs no script, and asks nobody', async (path) => {
  await using pages = await openPages(invalid);
  const { status, headers, text } = await pages.get(`${path}?token=${TOKEN}`);
  expect(status).toBe(200);
  expect(text).toContain(`<form method="post" action="${path}">`);
  expect(text).toContain(`value="${TOKEN}"`);
  const policy = headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("form-action 'self'");
  expect(headers.get('cache-control')).toBe('no-store');
  // `no-referrer` would have the browser hide from us where the form was.
  expect(headers.get('referrer-policy')).toBe('same-origin');
  expect((await pages.get(`${path}?token=${TOKEN}`, { method: 'HEAD' })).status).toBe(200);
  expect((await pages.get(`${path}?token=${TOKEN}`, { method: 'PUT' })).status).toBe(405);
  expect(pages.asked).toEqual([]);
});

test.each(PAGES)('speaks Korean at %s to who reads it', async (path) => {
  await using pages = await openPages(invalid);
  const headers = { 'accept-language': 'ko' };
  const { text } = await pages.get(`${path}?token=${TOKEN}`, { headers });
  expect(text).toContain('<html lang="ko">');
  expect(text).toMatch(/[가-힣]/);
  expect((await pages.post(path, FORM, headers)).text).toContain('더 이상 쓸 수 없는 링크입니다');
});

test.each([
  ['no token', ''],
  ['an empty token', 'token='],
  ['a token of 10 kB', `token=${'T'.repeat(10_000)}`],
  ['two tokens', `token=${TOKEN}&token=${TOKEN}`],
  ['markup', `token=${encodeURIComponent('"><script>alert(1)</script>')}`],
])('says of an address or a form with %s that the link is broken, and asks nobody', async (_, query) => {
  await using pages = await openPages(invalid);
  for (const path of PAGES) {
    const shown = await pages.get(`${path}?${query}`);
    const sent = await pages.post(path, `${query}&new=a&again=a`);
    for (const { status, text, headers } of [shown, sent]) {
      expect(status).toBe(400);
      expect(text).toContain('This link is not whole');
      expect(text).not.toMatch(/<script|<form/);
      expect(headers.get('content-security-policy')).toContain("form-action 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  }
  expect(pages.asked).toEqual([]);
});

test.each<[string, Record<string, string>, number]>([
  ['from a page of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
  ['from another site, by a browser that says so in one way', { 'sec-fetch-site': 'cross-site' }, 403],
  ['from a neighbour', { 'sec-fetch-site': 'same-site' }, 403],
  [
    'by a browser that contradicts itself',
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    403,
  ],
  ['from a page that hides where it is', { origin: 'null' }, 403],
  ['as JSON', { 'content-type': 'application/json' }, 415],
  ['as text', { 'content-type': 'text/plain' }, 415],
  ['as a form with files', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
])('refuses a form that is sent %s', async (_, headers, expected) => {
  await using pages = await openPages(invalid);
  for (const path of PAGES) expect((await pages.post(path, FORM, headers)).status).toBe(expected);
  expect(pages.asked).toEqual([]);
});

test('refuses a form that does not say where it comes from, and one that is too long', async () => {
  await using pages = await openPages(invalid);
  for (const path of PAGES) {
    const body = new URLSearchParams(FORM);
    expect((await pages.get(path, { method: 'POST', body })).status).toBe(403);
    expect((await pages.post(path, { ...FORM, more: 'x'.repeat(20_000) })).status).toBe(413);
  }
  expect(pages.asked).toEqual([]);
});

test('takes the form of the name that it was asked by', async () => {
  await using pages = await openPages(invalid);
  expect((await pages.post('/verify-email', FORM, { origin: pages.url })).status).toBe(410);
});

test('verifies the address, signs the browser in by cookie, and says as whom', async () => {
  await using pages = await openVerifying();
  const { status, headers, text } = await pages.post('/verify-email', FORM, { 'accept-language': 'ko' });
  expect(status).toBe(200);
  expect(headers.get('set-cookie')).toMatch(/^stampede-refresh=next; .*HttpOnly/);
  expect(text).toContain('me@stampede.test');
  expect(text).not.toContain(TOKEN);
  expect(pages.asked).toMatchObject([
    {
      variables: { token: TOKEN, cookie: true },
      identity: { kind: 'anonymous' },
      client: { language: 'ko', takesCookies: true, address: '127.0.0.1' },
    },
  ]);
});

test('leaves a browser that is signed in to whom it is, and ends the session that nobody was given', async () => {
  await using pages = await openVerifying();
  const cookie = `stampede-refresh=${'A'.repeat(43)}`;
  const { status, headers, text } = await pages.post('/verify-email', FORM, { cookie });
  expect(status).toBe(200);
  expect(headers.get('set-cookie')).toBeNull();
  expect(text).toContain('this link has not signed it in');
  expect(pages.asked).toMatchObject([
    { variables: { token: TOKEN, cookie: false } },
    { query: 'mutation { signOut }', identity: { kind: 'user', userId: 'u1', sessionId: 's1' } },
  ]);
  expect(pages.asked[1]?.client).toBeUndefined();
});

test.each([
  ['/verify-email', 'resendVerification'],
  ['/reset-password', 'requestPasswordReset'],
])('says at %s that a link was used or is too old, and how to get another', async (path, how) => {
  await using pages = await openPages(invalid);
  const { status, text } = await pages.post(path, FORM);
  expect(status).toBe(410);
  expect(text).toContain('used already, or is too old');
  expect(text).toContain(how);
});

test('changes the password, and shows it nowhere', async () => {
  await using pages = await openPages(changed);
  const { status, text, headers } = await pages.post('/reset-password', FORM);
  expect(status).toBe(200);
  expect(text).toContain('Your password is changed');
  expect(text).not.toContain(FORM.new);
  expect(headers.get('set-cookie')).toBeNull();
  expect(pages.asked).toMatchObject([{ variables: { token: TOKEN, new: FORM.new } }]);
});

test('asks again, by the same link, when the passwords differ or there is none', async () => {
  await using pages = await openPages(changed);
  for (const fields of [{ again: 'another' }, { new: '', again: '' }, { again: '' }]) {
    const { status, text } = await pages.post('/reset-password', { ...FORM, ...fields });
    expect(status).toBe(400);
    expect(text).toContain('the same new password twice');
    expect(text).toContain(`value="${TOKEN}"`);
    expect(text).not.toContain(FORM.new);
  }
  expect(pages.asked).toEqual([]);
});

test.each<[string, AnswerTo, string, string]>([
  ['refuses', refusing('RATE_LIMITED'), 'Nothing was changed', '아무것도 바뀌지 않았습니다'],
  ['is busy', refusing('SERVICE_UNAVAILABLE'), 'It is not known whether', '처리되었는지 알 수 없습니다'],
  ['does not answer', () => undefined, 'It is not known whether', '처리되었는지 알 수 없습니다'],
])('claims no more than is known when the user service %s', async (_, answer, english, korean) => {
  await using pages = await openPages(answer);
  const claims = ['Nothing was changed', '아무것도 바뀌지 않았습니다'];
  for (const path of PAGES)
    for (const [language, said] of [
      ['en', english],
      ['ko', korean],
    ] as const) {
      const { text } = await pages.post(path, FORM, { 'accept-language': language });
      expect(text).toContain(said);
      for (const claim of claims.filter((one) => one !== said)) expect(text).not.toContain(claim);
    }
});

test('tells a Korean reader the rules of passwords in Korean, and no English reason', async () => {
  const fields = [{ path: 'new', message: 'has fewer than 10 characters.' }];
  await using pages = await openPages(refusing('BAD_USER_INPUT', { fields }));
  const { status, text } = await pages.post('/reset-password', FORM, { 'accept-language': 'ko' });
  expect(status).toBe(400);
  expect(text).toContain('10자 이상 256자 이하');
  expect(text).not.toContain('fewer');
});

test('shows why a password is refused next to the form, as text', async () => {
  const fields = [{ path: 'new', message: 'is <one> that many use.' }];
  await using pages = await openPages(refusing('BAD_USER_INPUT', { fields }));
  const { status, text } = await pages.post('/reset-password', FORM);
  expect(status).toBe(400);
  expect(text).toContain('New password: is &lt;one&gt; that many use.');
  expect(text).toContain('<form');
  expect(text).toContain(`value="${TOKEN}"`);
});

test.each<[string, AnswerTo, number, string | null]>([
  ['is busy', refusing('SERVICE_UNAVAILABLE', { retryAfterMs: 1_500 }), 503, '10'],
  ['has had enough', refusing('RATE_LIMITED', { retryAfterMs: 60_000 }), 503, '60'],
  ['is away', () => undefined, 503, '10'],
  ['fails', refusing('INTERNAL'), 500, null],
  ['answers something else', () => ({ body: { data: { nothing: 1 } } }), 500, null],
])('says what to do when the user service %s', async (_, answer, expected, retryAfter) => {
  await using pages = await openPages(answer);
  for (const path of PAGES) {
    const { status, headers, text } = await pages.post(path, FORM);
    expect(status).toBe(expected);
    expect(headers.get('retry-after')).toBe(retryAfter);
    expect(headers.get('content-type')).toContain('text/html');
    expect(text).not.toContain(TOKEN);
  }
});

const mutationOf = (html: string) =>
  (/<pre>([^<]*)<\/pre>/.exec(html)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&#39;', "'");

test('gives what a social sign-in needs as a mutation for pasting, and asks nobody', async () => {
  await using pages = await openPages(invalid);
  const { status, headers, text } = await pages.get('/social?code=c-1&state=s-1');
  expect(status).toBe(200);
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  const document = JSON.stringify(parse(mutationOf(text)));
  for (const value of ['c-1', 's-1', `${PUBLIC_URL}/social`]) expect(document).toContain(value);
  expect(pages.asked).toEqual([]);
  expect((await pages.post('/social', { code: 'c' })).status).toBe(405);
});

test.each([
  ['/social/kakao', 'KAKAO'],
  ['/social/naver', 'NAVER'],
])('knows at %s by whom a person was sent there', async (path, provider) => {
  await using pages = await openPages(invalid);
  const { text } = await pages.get(`${path}?code=c-1&state=s-1`);
  const shown = mutationOf(text);
  expect(() => parse(shown)).not.toThrow();
  expect(shown).toMatch(new RegExp(`provider: ${provider}$`, 'm'));
  expect(shown).toContain(`redirectUri: "${PUBLIC_URL}${path}"`);
});

test('shows what a social provider sends back as text, and as no other mutation', async () => {
  await using pages = await openPages(invalid);
  const evil = encodeURIComponent(`"}){id}} <script>alert(1)</script>`);
  const { text } = await pages.get(`/social?code=${evil}&state=${evil}`);
  expect(text).not.toContain('<script');
});

test.each([
  ['declined', '?error=access_denied&state=s', 'You have declined'],
  ['was refused', '?error=server_error&error_description=%3Cscript%3E', 'has not signed you in'],
  ['came without a code', '?state=s', 'Nothing to see here'],
  ['came without a state', '?code=c', 'Nothing to see here'],
  ['came with two codes', '?code=c&code=d&state=s', 'Nothing to see here'],
])('says so when a person %s', async (_, query, said) => {
  await using pages = await openPages(invalid);
  const { text } = await pages.get(`/social${query}`);
  expect(text).toContain(said);
  expect(text).not.toMatch(/<script|<pre/);
});

test('has no such pages where there is no user service', async () => {
  await using gateway = await startGateway({});
  for (const path of [...PAGES, '/social', '/social/kakao', '/social/naver']) {
    expect((await gateway.get(`${path}?token=${TOKEN}`)).status).toBe(404);
  }
});

test.each([
  ['it throws', () => Promise.reject(new Error(`got "${TOKEN}"`))],
  ['it is away', () => Promise.reject(new Unavailable(`user?token=${TOKEN}`))],
  [
    'it answers an error',
    () =>
      Promise.resolve({
        data: null,
        errors: [{ message: `Variable "$token" is "${TOKEN}"`, extensions: { code: 'INTERNAL' } }],
      }),
  ],
])('logs that the user service fails, and not the link, when %s', async (_, ask) => {
  const lines: unknown[] = [];
  const keep = (...line: unknown[]) => void lines.push(line);
  const log = { warn: keep, error: keep } as unknown as Log;
  await openAskUser(() => ({ ask }), log)('q', { token: TOKEN }, { identity: ANONYMOUS, requestId: 'r-1' });
  expect(JSON.stringify(lines)).toContain('r-1');
  expect(JSON.stringify(lines)).not.toContain(TOKEN);
});
