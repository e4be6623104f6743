import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import type { Language } from '@stampede/shared/identity';
import { saleOpening, type SaleOpening } from '@stampede/shared/messages';
import { openLog } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import { findAccounts, type Account } from '../src/account.entity.js';
import { claimDue } from '../src/mail/mail-row.js';
import { queueMail } from '../src/mail/queue-mail.js';
import { erase } from '../src/personal-data/erase.js';
import { onSaleOpening } from '../src/reminders/on-sale-opening.js';
import { openOpeningSales } from '../src/reminders/opening-sales.js';
import { lettersTo } from './mailbox.js';
import { asUser, openUser, PASSWORD, PUBLIC_URL, type UserUnderTest } from './open-user.js';
import { somebodyWaits } from './somebody-waits.js';

const log = openLog('user', 'silent');
let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());
beforeEach(() => user.test.database.run('DELETE FROM mail'));

const NAME = '한정판 <b>“스니커즈”</b> & more';
const sale = (change: Partial<SaleOpening> = {}): SaleOpening => ({
  productId: randomUUID(),
  name: NAME,
  opensAt: new Date(Date.now() + 600_000).toISOString(),
  userIds: [],
  ...change,
});

const meta = () => ({ messageId: randomUUID(), attempts: 0 });
const handle = (message: SaleOpening) =>
  user.test.database.transaction('test', (tx) =>
    onSaleOpening(user.sealer, log).handle(tx, saleOpening.schema.parse(message), meta()),
  );

async function accountIn(language: Language) {
  const account = await user.account();
  await user.test.database.run('UPDATE account SET language = $2 WHERE id = $1', [account.id, language]);
  return account;
}

const waiting = () => user.test.database.query('SELECT kind, language FROM mail');

test.each([
  {
    language: 'ko',
    opensAt: '2126-11-21T11:00:00.000Z',
    subject: `곧 판매가 시작됩니다: ${NAME}`,
    time: '판매 시작: 2126년 11월 21일 목요일 오후 8:00 (한국 시간)',
    stop: '위시리스트에서 빼 주세요',
  },
  {
    language: 'en',
    opensAt: '2126-11-21T15:00:30.000Z',
    subject: `The sale opens soon: ${NAME}`,
    time: 'Friday, 22 November 2126 at 00:00:30, Korean time (UTC+9)',
    stop: 'take it off your wishlist',
  },
] as const)(
  'writes in $language of the product, when it opens in Korea, and how to stop it',
  async (told) => {
    const { language, opensAt, subject, time, stop } = told;
    const { id, email } = await accountIn(language);
    const message = sale({ userIds: [id], opensAt });
    await handle(message);
    const [letter, ...others] = await lettersTo(user, email);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ subject, to: email });
    for (const part of [NAME, time, stop, `${PUBLIC_URL}/products/${message.productId}\n`])
      expect(letter?.text).toContain(part);
    expect(letter?.html).toContain('&lt;b&gt;“스니커즈”&lt;/b&gt; &amp; more');
    expect(letter?.html).not.toContain('<b>');
    expect(letter?.html).toContain(`<html lang="${language}">`);
  },
);

test('writes to each account with a proven address, and to nobody else', async () => {
  const [korean, english] = [await accountIn('ko'), await accountIn('en')];
  const [unproven, gone] = [await user.account(), await user.account()];
  await user.test.database.run('UPDATE account SET email_verified_at = NULL WHERE id = $1', [unproven.id]);
  await user.ask(`mutation { deleteAccount(password: "${PASSWORD}") }`, {}, asUser(gone));
  const userIds = [korean.id, unproven.id, gone.id, randomUUID(), english.id];
  await handle(sale({ userIds }));
  expect(await waiting()).toEqual(
    expect.arrayContaining([
      { kind: 'sale-opening', language: 'ko' },
      { kind: 'sale-opening', language: 'en' },
    ]),
  );
  expect(await waiting()).toHaveLength(2);
});

test('an account whose address does not open keeps no mail from the others', async () => {
  const [sound, broken, also] = [await user.account(), await user.account(), await user.account()];
  await user.test.database.run(
    'UPDATE account SET email = (SELECT email FROM account WHERE id = $2) WHERE id = $1',
    [broken.id, sound.id],
  );
  await handle(sale({ userIds: [sound.id, broken.id, also.id] }));
  const rows = await user.test.database.query<{ account_id: string }>('SELECT account_id FROM mail');
  expect(rows.map(({ account_id }) => account_id).toSorted()).toEqual([sound.id, also.id].toSorted());
});

test('is silent once the sale has opened, also when the mail was waiting until then', async () => {
  const { id, email } = await user.account();
  await handle(sale({ userIds: [id], opensAt: new Date(Date.now() - 1).toISOString() }));
  expect(await waiting()).toEqual([]);

  await queueMail(user.test.database, user.sealer, {
    kind: 'sale-opening',
    to: email,
    language: 'ko',
    content: { accountId: id, productId: randomUUID(), name: NAME, opensAt: new Date(Date.now() - 1) },
  });
  expect(await lettersTo(user, email)).toEqual([null]);
});

const MINUTE = 60_000;
test.each([
  ['is closed or paused', 'not' as const, null],
  ['was moved by half an hour and renamed', 30, 'The sale opens soon: Renamed'],
  ['was moved to earlier', -5, 'The sale opens soon: Renamed'],
  ['was moved by an hour, of which its wishers are told anew', 60, null],
  ['has opened meanwhile', -11, null],
])('a mail that waits while its sale %s', async (_, moved, subject) => {
  const { id, email } = await user.account();
  const message = sale({ userIds: [id] });
  await handle(message);
  const opensAt = (minutes: number) => new Date(Date.parse(message.opensAt) + minutes * MINUTE);
  const readOpeningSale = (productId: string) => {
    expect(productId).toBe(message.productId);
    return Promise.resolve(typeof moved === 'number' ? { name: 'Renamed', opensAt: opensAt(moved) } : null);
  };
  const [letter] = await lettersTo(user, email, { readOpeningSale });
  expect(letter?.subject ?? null).toBe(subject);
  if (typeof moved === 'number' && letter) {
    const time = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Seoul', timeStyle: 'short' });
    expect(letter.text).toContain(time.format(opensAt(moved)));
  }
});

test('catalog is asked of a sale once a second, however many mails there are, also when it is away', async () => {
  let [now, asked] = [0, 0];
  let away = false;
  const read = openOpeningSales(
    {
      ask: <T>() => {
        asked += 1;
        if (away) return Promise.reject(new Unavailable('catalog'));
        return Promise.resolve({
          openingSale: { name: 'Sneaker', opensAt: '2126-11-21T11:00:00.000Z' },
        } as T);
      },
    },
    () => now,
  );
  const sale = { name: 'Sneaker', opensAt: new Date('2126-11-21T11:00:00.000Z') };
  expect(await Promise.all([read('a'), read('a'), read('b')])).toEqual([sale, sale, sale]);
  now = 999;
  await read('a');
  expect(asked).toBe(2);
  now = 1_000;
  away = true;
  for (let mails = 0; mails < 3; mails += 1) await expect(read('a')).rejects.toThrow(Unavailable);
  expect(asked).toBe(3);
});

test('an account that is deleted while its mail is queued gets none', async () => {
  const account = await user.account();
  let deletion: ReturnType<typeof user.ask> | undefined;
  await user.test.database.transaction('test', async (tx) => {
    await onSaleOpening(user.sealer, log).handle(tx, sale({ userIds: [account.id] }), meta());
    let deleted = false;
    deletion = user
      .ask(`mutation { deleteAccount(password: "${PASSWORD}") }`, {}, asUser(account))
      .finally(() => (deleted = true));
    await somebodyWaits(user, () => deleted);
  });
  expect((await deletion)?.data).toEqual({ deleteAccount: true });
  expect(await waiting()).toEqual([]);
});

test('an account that is being deleted when its mail is to be queued gets none', async () => {
  const { id } = await user.account();
  const { database } = user.test;
  let handling: Promise<void> | undefined;
  await database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM account WHERE id = $1 FOR UPDATE', [id]);
    const [account] = await findAccounts(tx, user.sealer, [id]);
    let handled = false;
    handling = handle(sale({ userIds: [id] })).finally(() => (handled = true));
    await somebodyWaits(user, () => handled);
    await erase(tx, user.sealer, account as Account);
  });
  await handling;
  expect(await waiting()).toEqual([]);
});

test('a mail that is queued for a tombstone is never written', async () => {
  const { id, email } = await user.account();
  await user.test.database.run('UPDATE account SET email_verified_at = NULL WHERE id = $1', [id]);
  const content = {
    accountId: id,
    productId: randomUUID(),
    name: NAME,
    opensAt: new Date(Date.now() + 60_000),
  };
  const mail = { kind: 'sale-opening', to: email, language: 'ko', content } as const;
  await queueMail(user.test.database, user.sealer, mail);
  await queueMail(user.test.database, user.sealer, {
    ...mail,
    content: { ...content, accountId: randomUUID() },
  });
  expect(await lettersTo(user, email)).toEqual([null, null]);
});

test('whoever waits for a link goes before mails of orders, and these before a thousand reminders', async () => {
  const { database } = user.test;
  const { id, email } = await user.account();
  for (let mails = 0; mails < 3; mails += 1) await handle(sale({ userIds: [id] }));
  for (const kind of ['order-confirmed', 'order-shipped', 'reset-password'] as const)
    await queueMail(database, user.sealer, { kind, to: email, language: 'ko', content: {} });
  const order: string[] = [];
  for (let claimed = 0; claimed < 6; claimed += 1) {
    order.push(...(await claimDue(database, 1)).map(({ kind }) => kind));
  }
  const reminders = ['sale-opening', 'sale-opening', 'sale-opening'];
  expect(order).toEqual(['reset-password', 'order-confirmed', 'order-shipped', ...reminders]);
});
