import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { openEmulators } from '../src/server.js';
import { MailBox } from '../src/mail/mail-box.js';
import { openMailShop } from './mail.fixture.js';

const LINK = 'http://localhost:4000/verify-email?token=a_-9&x=1';

test('a Korean mail arrives as it was sent, with its links', async () => {
  await using shop = await openMailShop();
  const text = `안녕하세요, 홍길동님!\n주소 확인: ${LINK}.\n도움말(https://help.example.com/ko)에서 보세요.\n`;
  const html = `<p>안녕하세요</p><a href="${LINK.replace('&', '&amp;')}">확인</a> <a href="https://only.example.com/html">x</a>`;
  expect(await shop.send({ subject: '이메일 주소를 확인해 주세요 ✉️', text, html })).toMatch(/^250/);
  expect(await shop.mails()).toEqual([
    {
      to: 'kim@example.com',
      subject: '이메일 주소를 확인해 주세요 ✉️',
      text: expect.stringContaining(text.trim()),
      html: expect.stringContaining(html),
      links: [LINK, 'https://help.example.com/ko', 'https://only.example.com/html'],
    },
  ]);
});

test('mails are listed newest first, one for each recipient, by any spelling of the address', async () => {
  await using shop = await openMailShop();
  await shop.send({ subject: 'one', text: '1' });
  await shop.send({ subject: 'two', text: '2', to: ['Kim@Example.com', 'lee+x@example.com'] });
  const subjects = async (to?: string) => (await shop.mails(to)).map(({ subject }) => subject);
  expect(await subjects()).toEqual(['two', 'two', 'one']);
  expect(await subjects('KIM@example.COM ')).toEqual(['two', 'one']);
  expect(await subjects('lee+x@example.com')).toEqual(['two']);
  expect(await subjects('im@example.com')).toEqual([]);
  for (const page of ['/mail', '/mail/inbox']) {
    expect((await shop.page(`${page}?to=lee+x@example.com`)).body).toContain('two');
  }
});

test('the mail box shows mails, and each has a page with its text, and its links as links', async () => {
  await using shop = await openMailShop();
  await shop.send({ subject: 'First & <b>', text: `go to ${LINK}` });
  await shop.send({ to: 'lee@example.com', subject: 'Second', text: 'nothing' });
  const inbox = await shop.page('/mail/inbox');
  expect(inbox.body.indexOf('Second')).toBeLessThan(inbox.body.indexOf('First &amp; &lt;b&gt;'));
  const narrowed = await shop.page('/mail/inbox?to=KIM%40example.com');
  expect(narrowed.body).not.toContain('Second');
  const [, path] = /href="(\/mail\/inbox\/\d+)"/.exec(narrowed.body) ?? [];
  const { status, body } = await shop.page(path ?? '');
  expect(status).toBe(200);
  const escaped = LINK.replace('&', '&amp;');
  expect(body).toContain(`<a href="${escaped}" rel="noreferrer">${escaped}</a>`);
  expect(body).toContain(`go to ${escaped}`);
  expect(body).not.toContain('<iframe');
  for (const missing of ['/mail/inbox/99', '/mail/inbox/x', '/mail/other']) {
    expect((await shop.page(missing)).status).toBe(404);
  }
});

test('a script in a mail does not run: no page lets one, and its HTML is framed as text', async () => {
  await using shop = await openMailShop();
  const script = `<script>alert(1)</script>`;
  await shop.send({ subject: script, text: script, html: `"><img src=x onerror=alert(1)>${script}` });
  for (const path of ['/mail/inbox', '/mail/inbox/1', `/mail/inbox?to=${encodeURIComponent(`"${script}`)}`]) {
    const { headers, body } = await shop.page(path);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'unsafe-inline'$/);
    expect(body).not.toContain('<script');
    expect(body).not.toContain('<img');
  }
  expect((await shop.page('/mail/inbox/1')).body).toContain('<iframe sandbox="" srcdoc="&quot;&gt;&lt;img');
});

test('a mail without a body, and one without a subject, are mails', async () => {
  await using shop = await openMailShop();
  expect(await shop.send({ subject: 'only' })).toMatch(/^250/);
  expect(await shop.send({ text: 'text' })).toMatch(/^250/);
  expect(await shop.mails()).toMatchObject([
    { subject: '', text: expect.stringContaining('text') },
    { subject: 'only', html: '', links: [] },
  ]);
  expect((await shop.page('/mail/inbox')).body).toContain('(no subject)');
});

test('a mail that is too large is refused, said before or not, and the next one is taken', async () => {
  await using shop = await openMailShop();
  const large = 'x'.repeat(10 * 1024 * 1024);
  expect(await shop.send({ subject: 'large', text: large })).toContain('552');
  expect(await rawMail(shop.smtpUrl, large)).toContain('552');
  expect(await shop.send({ subject: 'small', text: 'x' })).toMatch(/^250/);
  expect((await shop.mails()).map(({ subject }) => subject)).toEqual(['small']);
});

test('a full mail box forgets its oldest mail', () => {
  const box = new MailBox();
  const mail = { to: 'a@example.com', from: '', subject: '', text: '', html: '', links: [] };
  for (let serial = 0; serial <= 1_000; serial += 1) box.add({ ...mail, receivedAt: new Date(0) });
  expect(box.list(null)).toHaveLength(1_000);
  expect([box.byId(1), box.byId(2)?.id, box.byId(1_001)?.id]).toEqual([undefined, 2, 1_001]);
});

test.each([
  ['error-500', '451', 0],
  ['decline', '550 5.1.1', 0],
  ['timeout-before', 'closed', 0],
  ['timeout-after', 'closed', 1],
])('%s: the sender meets %s, and %i mails are there', async (fault, met, count) => {
  await using shop = await openMailShop();
  expect(await shop.fault(fault, { delayMs: 20, times: 2 })).toBe(200);
  // One fault a mail, however many it is for.
  for (const to of [['a@example.com', 'b@example.com'], ['c@example.com']]) {
    expect(await shop.send({ to, text: 'x' })).toContain(met);
  }
  expect(await shop.mails()).toHaveLength(count * 3);
  expect(await shop.send({ text: 'x' })).toMatch(/^250/);
  expect(await shop.mails()).toHaveLength(count * 3 + 1);
});

test('without a delay the answer is withheld until the sender gives up', async () => {
  await using shop = await openMailShop();
  await shop.fault('timeout-before');
  expect(await shop.send({ text: 'x' }, 50)).toContain('Timeout');
  await shop.fault('timeout-after');
  expect(await shop.send({ text: 'x' }, 200)).toContain('Timeout');
  expect(await shop.mails()).toHaveLength(1);
});

test('connections end with the emulators, also one that waits and one that says nothing', async () => {
  const shop = await openMailShop();
  await shop.fault('timeout-before');
  const waiting = shop.send({ text: 'x' });
  const silent = connect(Number(new URL(shop.smtpUrl).port), '127.0.0.1');
  await once(silent, 'data');
  const ended = once(silent, 'close');
  const faults = async () => (await shop.page('/faults')).body;
  while ((await faults()).includes('timeout-before'));
  const began = Date.now();
  await shop[Symbol.asyncDispose]();
  await ended;
  expect(await waiting).toMatch(/closed|ECONNRESET/);
  expect(Date.now() - began).toBeLessThan(2_000);
});

test('a port that is taken stops the start, and leaves nothing open', async () => {
  await using shop = await openMailShop();
  const past = await openMailShop();
  await past[Symbol.asyncDispose]();
  const smtpPort = Number(new URL(past.smtpUrl).port);
  const port = Number(new URL(shop.url).port);
  await expect(openEmulators({ smtpPort: Number(new URL(shop.smtpUrl).port) })).rejects.toThrow('EADDRINUSE');
  await expect(openEmulators({ port, smtpPort })).rejects.toThrow('EADDRINUSE');
  await (await openEmulators({ smtpPort })).close();
});

/** Sends without saying first how much it will be. @returns what the server answered in the end */
async function rawMail(smtpUrl: string, body: string): Promise<string> {
  const socket = connect(Number(new URL(smtpUrl).port), '127.0.0.1');
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const hears = async (code: string) => {
    while (!said.includes(code)) await once(socket, 'data');
  };
  await hears('220');
  socket.write(`EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n`);
  await hears('354');
  socket.write(`Subject: x\r\n\r\n${body}\r\n.\r\nQUIT\r\n`);
  await once(socket, 'close');
  return said;
}
