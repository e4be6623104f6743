import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openSealer, type Sealer } from '@stampede/shared/sealing';
import { eventually, openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { openMailServer } from '../src/mail/mail-server.js';
import { claimDue } from '../src/mail/mail-row.js';
import { mailsQueued, queueMail, type Mail } from '../src/mail/queue-mail.js';
import { openSender, openTestMailServer } from './mail.fixture.js';
import { MIGRATIONS, newSealingKeys, PUBLIC_URL } from './open-user.js';

const TOKEN = 'tokentokentokentokentokentokentokentokentok';
const TO = 'someone.secret@example.com';
const MESSAGE_ID = /^message-id: <[0-9a-f-]{36}@stampede\.test>/im;

let db: TestDatabase;
const sealer: Sealer = openSealer(newSealingKeys());
beforeAll(async () => {
  db = await openTestDatabase('user', MIGRATIONS);
});
afterAll(() => db[Symbol.asyncDispose]());
beforeEach(() => db.database.run('DELETE FROM mail'));

const mailTo = (to = TO, more: Partial<Mail> = {}): Mail => ({
  kind: 'sign-up',
  to,
  language: 'en',
  content: { token: TOKEN },
  ...more,
});
const queue = (mail = mailTo()) => queueMail(db.database, sealer, mail);
const open = (smtpUrl: string) => openSender(db.database, sealer, smtpUrl);

interface Waiting {
  id: string;
  attempts: number;
  /** Seconds until it is due. */
  due: number;
}
const waiting = () =>
  db.database.query<Waiting>(
    `SELECT id, attempts, extract(epoch FROM due_at - now())::float8 AS due FROM mail ORDER BY created_at`,
  );
const tried = (times: number) =>
  eventually(async () => {
    const [row] = await waiting();
    expect(row).toMatchObject({ attempts: times });
    // Postponed, not leased.
    expect(row?.due).toBeLessThan(50);
    return row as Waiting;
  });
const makeDue = async () => {
  await db.database.run('UPDATE mail SET due_at = now()');
  mailsQueued.note(db.database, 'due');
};
const allDone = () => eventually(async () => expect(await waiting()).toEqual([]));

test('as many are claimed as was asked for, though PostgreSQL takes the table to be small', async () => {
  for (let left = 10; left > 0; left -= 1) await queue();
  const claimed = await db.database.transaction('test', async (tx) => {
    for (const other of ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material']) {
      await tx.run(`SET LOCAL enable_${other} = off`);
    }
    return claimDue(tx, 4);
  });
  expect(claimed).toHaveLength(4);
});

test('sends what a committed transaction queued, at once, and nothing of one that was undone', async () => {
  await using server = await openTestMailServer();
  await using sender = open(server.url);
  const { database } = db;
  await eventually(async () => expect(await sender.metric('mails_waiting{')).toContain(' 0'));
  const began = Date.now();
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await database.transaction('test', (tx) => queueMail(tx, sealer, mailTo(`${name}@example.com`)));
    await eventually(() => expect(server.asked).toContain(`${name}@example.com`));
    await allDone();
  }
  // By itself it looks each second.
  expect(Date.now() - began).toBeLessThan(3_500);
  const undone = database.transaction('test', async (tx) => {
    await queueMail(tx, sealer, mailTo('undone@example.com'));
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  await queue(mailTo('last@example.com'));
  await allDone();
  const names = ['a', 'b', 'c', 'd', 'e', 'last'];
  expect(server.asked).toEqual(names.map((name) => `${name}@example.com`));
  expect(server.received).toHaveLength(names.length);
  expect(await sender.metric('mails_total{outcome="sent"')).toContain(' 6');
});

test.each([
  ['sign-up', '/verify-email'],
  ['reset-password', '/reset-password'],
  ['verify-address', '/verify-email'],
] as const)('a mail of kind %s has its link in both languages, as text and as HTML', async (kind, path) => {
  await using server = await openTestMailServer();
  await using _ = open(server.url);
  await queue(mailTo('en@example.com', { kind }));
  await queue(mailTo('ko@example.com', { kind, language: 'ko' }));
  await allDone();
  for (const { to, raw, mail } of server.received) {
    const link = `${PUBLIC_URL}${path}?token=${TOKEN}`;
    expect(mail.text).toContain(link);
    expect(mail.html).toContain(`href="${link}"`);
    expect(/[가-힣]/.test(`${mail.subject}`)).toBe(to.startsWith('ko'));
    expect(/[가-힣]/.test(`${mail.text}`)).toBe(to.startsWith('ko'));
    expect(mail.from).toEqual({ name: '스탬피드', address: 'no-reply@stampede.test' });
    expect(raw).toMatch(/^auto-submitted: auto-generated/im);
    expect(raw).toMatch(MESSAGE_ID);
  }
  expect(server.received).toHaveLength(2);
});

test('a mail server that is away delays mail and loses none', async () => {
  const { port } = await stopped();
  await using sender = open(`smtp://127.0.0.1:${port}`);
  await queue();
  const first = await tried(1);
  expect(first.due).toBeLessThan(3);
  await makeDue();
  const second = await tried(2);
  expect(second.due).toBeGreaterThan(3);
  await db.database.run('UPDATE mail SET attempts = 1000');
  await makeDue();
  await eventually(async () => expect((await waiting())[0]).toMatchObject({ attempts: 1001 }));
  await eventually(async () => {
    const [{ due } = { due: 0 }] = await waiting();
    expect(due).toBeGreaterThan(890);
    expect(due).toBeLessThanOrEqual(900);
  });
  expect(await sender.metric('mails_total{outcome="failed"')).toContain(' 3');

  await using server = await openTestMailServer(port);
  await makeDue();
  await allDone();
  expect(server.received.map(({ to }) => to)).toEqual([TO]);
});

test('the waiting mails and the age of the oldest are measured', async () => {
  const { url } = await stopped();
  await queue();
  await queue();
  await db.database.run(
    `UPDATE mail SET created_at = now() - interval '1 hour', due_at = now() + interval '1 day'`,
  );
  await using sender = open(url);
  await eventually(async () => {
    expect(await sender.metric('mails_waiting{')).toContain(' 2');
    expect(await sender.metric('mails_oldest_seconds{')).toMatch(/ 36\d\d/);
  });
});

test.each([
  [550, '5.1.1 <someone.secret@example.com> unknown'],
  [550, '5.1.2 someone.secret@example.com: no such host'],
  [501, '5.1.3 bad address someone.secret@example.com'],
  [551, '5.1.6 someone.secret@example.com has moved'],
  [556, '5.1.10 someone.secret@example.com: the domain takes no mail'],
  [550, '5.2.1 someone.secret@example.com is disabled'],
])('a recipient whom the server refuses for good, by %i %s, ends the mail', async (code, text) => {
  await using server = await openTestMailServer(0, {
    recipient: (address) => (address === TO ? { code, text } : undefined),
  });
  await using sender = open(server.url);
  await queue();
  await queue(mailTo('other@example.com'));
  await allDone();
  expect(server.received.map(({ to }) => to)).toEqual(['other@example.com']);
  expect(await sender.metric('mails_total{outcome="refused"')).toContain(' 1');
  expect(sender.logged()).toContain(`responseCode: ${code}`);
  expect(sender.logged()).not.toContain('secret');
});

test.each([
  [450, '4.2.1 someone.secret@example.com greylisted'],
  [421, 'closing'],
  [530, '5.7.0 authentication required'],
  [550, 'Error: no such user someone.secret@example.com'],
  [550, 'relay not permitted for someone.secret@example.com'],
  [550, '5.1.7 bad sender to someone.secret@example.com'],
  [550, '5.1.8 the sender’s domain is not found, someone.secret@example.com'],
  [450, '5.1.1 someone.secret@example.com: asking elsewhere'],
  [552, '5.2.2 someone.secret@example.com is over quota'],
  [550, '5.4.5 daily sending limit exceeded by someone.secret@example.com'],
  [554, '5.7.1 relay access denied to someone.secret@example.com'],
])('a refusal that passes, by %i %s, has the mail wait', async (code, text) => {
  let refusing = true;
  await using server = await openTestMailServer(0, {
    recipient: () => (refusing ? { code, text } : undefined),
  });
  await using sender = open(server.url);
  await queue();
  await tried(1);
  expect(sender.logged()).toContain(`responseCode: ${code}`);
  expect(sender.logged()).not.toContain('secret');
  refusing = false;
  await makeDue();
  await allDone();
  expect(server.received).toHaveLength(1);
});

test('what the server refuses after it has read the mail waits as well', async () => {
  let refusing = true;
  await using server = await openTestMailServer(0, {
    data: () => {
      if (refusing) throw Object.assign(new Error(`spam for ${TO}`), { responseCode: 554 });
    },
  });
  await using sender = open(server.url);
  await queue();
  await tried(1);
  expect(sender.logged()).toContain('554');
  expect(sender.logged()).not.toContain('secret');
  refusing = false;
  await makeDue();
  await allDone();
  expect(server.received).toHaveLength(1);
});

test('what could not be sent for three days is given up, with its last try', async () => {
  const { url } = await stopped();
  await using sender = open(url);
  const { database } = db;
  await database.transaction('test', async (tx) => {
    await queueMail(tx, sealer, mailTo());
    await tx.run(`UPDATE mail SET created_at = now() - interval '3 days 1 second'`);
    await queueMail(tx, sealer, mailTo('younger@example.com'));
  });
  const { id } = await tried(1);
  expect(await waiting()).toHaveLength(1);
  expect(await sender.metric('mails_total{outcome="given_up"')).toContain(' 1');
  expect(sender.logged()).toContain('given up');
  expect(sender.logged()).not.toContain('secret');
  expect(sender.logged()).toContain(id);
});

test('a server that offers no TLS gets no mail where TLS is required', async () => {
  await using server = await openTestMailServer();
  const from = { name: '', address: 'me@example.com', domain: 'example.com' };
  const strict = openMailServer({ url: server.url, from, requireTls: true, connections: 1 });
  const delivery = await strict.send('id', TO, { subject: 's', text: 't', html: 'h' });
  strict.close();
  expect(delivery).toMatchObject({ kind: 'failed', failure: { error: 'ETLS' } });
  expect(server.asked).toEqual([]);
});

test('several senders send each mail once', async () => {
  // Held until more are under way than one sender has slots for.
  const both = (): Promise<void> => eventually(() => expect(server.asked.length).toBeGreaterThan(5));
  await using server = await openTestMailServer(0, { data: both });
  await using _one = open(server.url);
  await using _two = open(server.url);
  const addresses = Array.from(
    { length: 60 },
    (_, index) => `p${String(index).padStart(2, '0')}@example.com`,
  );
  await db.database.transaction('test', async (tx) => {
    for (const address of addresses) await queueMail(tx, sealer, mailTo(address));
  });
  await allDone();
  expect(server.asked.toSorted()).toEqual(addresses);
  expect(server.received).toHaveLength(addresses.length);
});

test('a mail whose sender died before it was deleted goes out again, under the same Message-ID', async () => {
  await using server = await openTestMailServer();
  await using sender = open(server.url);
  const { database } = db;
  await database.run(
    `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''away''; END'`,
  );
  await database.run(`CREATE TRIGGER fail BEFORE DELETE ON mail EXECUTE FUNCTION fail()`);
  await queue();
  await eventually(() => expect(server.received).toHaveLength(1));
  const [left] = await waiting();
  // Leased: nobody else sends it meanwhile.
  expect(left?.due).toBeGreaterThan(110);
  await eventually(() => expect(sender.logged()).toContain('one of them failed'));
  await database.run(`DROP TRIGGER fail ON mail`);
  await makeDue();
  await allDone();
  const ids = server.received.map(({ mail }) => mail.messageId);
  expect(ids).toEqual([`<${left?.id}@stampede.test>`, `<${left?.id}@stampede.test>`]);
  expect(sender.logged()).not.toContain('secret');
});

test('a server that goes away in the middle of a mail is tried again later, not over and over', async () => {
  let stalls = true;
  await using server = await openTestMailServer(0, {
    data: () => (stalls ? new Promise<void>(() => undefined) : undefined),
  });
  const sender = open(server.url);
  await queue();
  await eventually(() => expect(server.asked).toHaveLength(1));
  // A process that stops does not wait for it for long, and gives it back.
  await sender[Symbol.asyncDispose]();
  await tried(1);
  expect(server.asked).toHaveLength(1);
  stalls = false;
  await using _ = open(server.url);
  await makeDue();
  await allDone();
  expect(server.received).toHaveLength(1);
});

test('neither the recipient nor what is written can be read in the table', async () => {
  await queue(mailTo(TO, { content: { token: TOKEN, name: '홍길동' } }));
  const [row] = await db.database.query<Record<string, unknown>>('SELECT * FROM mail');
  const text = Object.values(row ?? {})
    .map((value) =>
      Buffer.isBuffer(value) ? value.toString('latin1') + value.toString('utf8') : String(value),
    )
    .join('\n');
  for (const part of ['secret', 'example.com', TOKEN.slice(0, 10), '홍길동'])
    expect(text).not.toContain(part);
});

test.each([
  ['a content that is not its kind’s', { content: { token: `${TO} <script>` } }, 'sign-up'],
  ['a kind of the next version', {}, 'newsletter'],
])('%s waits, and nothing of it is logged', async (_, more, kind) => {
  await using server = await openTestMailServer();
  await using sender = open(server.url);
  await db.database.transaction('test', async (tx) => {
    await queueMail(tx, sealer, mailTo(TO, more));
    await tx.run('UPDATE mail SET kind = $1', [kind]);
  });
  await tried(1);
  expect(server.asked).toEqual([]);
  expect(sender.logged()).toContain('could not be sent yet');
  expect(sender.logged()).not.toMatch(/secret|script/);
});

test.each([
  'two@example.com, secret@example.com',
  'one@example.com\r\nRCPT TO:<secret@example.com>',
  'one@example.com>\r\nDATA',
  '<secret@example.com>',
  '',
])('%j is sent to nobody else', async (to) => {
  await using server = await openTestMailServer();
  await using sender = open(server.url);
  await queue(mailTo(to));
  await allDone();
  expect(server.received).toEqual([]);
  expect(server.asked).toEqual([]);
  expect(await sender.metric('mails_total{outcome="refused"')).toContain(' 1');
});

/** A mail server that is not there any more. */
async function stopped() {
  const server = await openTestMailServer();
  await server[Symbol.asyncDispose]();
  return server;
}
