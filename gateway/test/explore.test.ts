import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHouse } from './fixtures/house.js';

const BROWSER = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** Addresses of ours that a file of the page names: what it imports, and what it has loaded. */
function namedIn(text: string): string[] {
  const imported = [...text.matchAll(/(?:import|from) '\.\/([^']+)'/g)].map(
    ([, name]) => `/graphiql/${name}`,
  );
  const loaded = [...text.matchAll(/["'`](\/graphiql\/[^"'`$]+)["'`]/g)].map(([, path]) => path ?? '');
  return [...imported, ...loaded];
}

/** Opens a page as a browser does, with everything that it names. */
async function openPage(path: string) {
  const files = new Map<string, Awaited<ReturnType<typeof house.get>>>();
  for (const waiting = [path]; waiting.length > 0;) {
    const next = waiting.pop() ?? '';
    if (files.has(next)) continue;
    const file = await house.get(next, next === path ? BROWSER : {});
    files.set(next, file);
    // The bundle names nothing of ours, and is 5 MB long.
    if (file.text.length < 100_000) waiting.push(...namedIn(file.text));
  }
  return files;
}

test('shows browsers Sandbox at /graphql, and answers everybody else there as before', async () => {
  const { status, headers, text } = await house.get('/graphql', BROWSER);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(text).toContain('data-show="sandbox"');
  const policy = headers.get('content-security-policy');
  expect(policy).toContain("script-src 'self' https://embeddable-sandbox.cdn.apollographql.com;");
  expect(policy).toContain('frame-src https://sandbox.embed.apollographql.com;');

  expect((await house.get('/graphql?query={whoAmI}')).headers.get('content-type')).toMatch(/json/);
  expect((await house.ask('{ whoAmI }', { ...BROWSER.headers })).body.data).toHaveProperty('whoAmI');
});

test('has GraphiQL with it: no file of the page comes from elsewhere', async () => {
  const files = await openPage('/graphiql');
  expect([...files.keys()]).toEqual(
    expect.arrayContaining([
      '/graphiql/bundle.js',
      '/graphiql/bundle.css',
      '/graphiql/graphql-ws.js',
      '/graphiql/editor.worker.js',
    ]),
  );
  for (const [path, { status, text }] of files) {
    expect({ path, status }).toEqual({ path, status: 200 });
    if (path !== '/graphiql/sandbox.js')
      expect({ path, from: loadedFromElsewhere(text) }).toEqual({ path, from: [] });
  }
  const policy = files.get('/graphiql')?.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).not.toMatch(/https?:|\*/);
});

test('falls back to the same GraphiQL from the page that tries Sandbox', async () => {
  const withSandbox = await openPage('/graphql');
  const without = await openPage('/graphiql');
  expect([...without.keys()].filter((path) => path !== '/graphiql' && !withSandbox.has(path))).toEqual([]);
});

test('serves the workers that the editor asks for by name', async () => {
  for (const name of ['editor', 'json', 'graphql']) {
    const { status, headers } = await house.get(`/graphiql/${name}.worker.js`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  }
});

test('sends a file that a browser has only once', async () => {
  const { headers } = await house.get('/graphiql/bundle.js');
  const known = { 'if-none-match': headers.get('etag') ?? '' };
  const again = await house.get('/graphiql/bundle.js', { headers: known });
  expect(again.status).toBe(304);
  expect(again.text).toBe('');
  const other = await house.get('/graphiql/bundle.js', { headers: { 'if-none-match': '"another"' } });
  expect(other.status).toBe(200);
});

test('only shows pages', async () => {
  expect((await house.get('/graphiql', { method: 'POST' })).status).toBe(405);
  expect((await house.get('/graphiql', { method: 'HEAD' })).status).toBe(200);
});

test('has none of it in production', async () => {
  await using shop = await openHouse({ NODE_ENV: 'production' });
  expect((await shop.get('/graphql', BROWSER)).status).toBe(400);
  for (const path of ['/graphiql', '/graphiql/page.js', '/graphiql/bundle.js']) {
    expect((await shop.get(path, BROWSER)).status).toBe(404);
  }
});

/** Scripts, styles, fonts and workers of other servers, as HTML, CSS and JavaScript load them. */
const loadedFromElsewhere = (text: string): string[] =>
  [
    ...text.matchAll(/(?:src|href)=["']?(?:https?:)?\/\/[^"' >]+/g),
    ...text.matchAll(/(?:@import|url\()\s*["']?(?:https?:)?\/\/[^"')\s]+/g),
    ...text.matchAll(/(?:importScripts|import|new Worker)\(\s*["'`](?:https?:)?\/\/[^"'`]+/g),
    ...text.matchAll(/\b(?:unpkg\.com|jsdelivr\.net|esm\.sh|cdnjs\.|googleapis\.com|gstatic\.com)/g),
  ].map(([match]) => match);
