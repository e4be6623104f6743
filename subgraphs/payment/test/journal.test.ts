import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openJournal, operator, person, PRICE, SELLERS, sellers } from './journal.fixture.js';

let books: Awaited<ReturnType<typeof openJournal>>;
/** Two orders of the first seller, the newer with the second seller in it, too. */
let orders: { orderId: string; paymentId: string }[];

beforeAll(async () => {
  books = await openJournal();
  const alone = await books.captured(SELLERS[0]);
  const together = await books.captured(...SELLERS);
  for (const { books, sells } of [alone, together]) {
    await books();
    await sells();
  }
  const back = await alone.refunds(PRICE / 2);
  await back();
  orders = [alone, together];
});
afterAll(() => books[Symbol.asyncDispose]());

const MONEY = '{ amount currency }';
const won = (amount: number) => ({ amount, currency: 'KRW' });
const ENTRIES = `edges { cursor node { account debit ${MONEY} credit ${MONEY} entry { description orderId order { id }
  lines { account } } } } pageInfo { hasNextPage hasPreviousPage }`;

interface Wallet {
  edges: { cursor: string; node: { credit: { amount: number }; debit: { amount: number } } }[];
}
const entriesOf = ({ data }: { data: unknown }) => (data as { wallet: { entries: Wallet } }).wallet.entries;
const amounts = ({ edges }: Wallet) => edges.map(({ node }) => node.credit.amount - node.debit.amount);

test('a seller sees their own wallet, its lines newest first, and of each entry nobody else’s', async () => {
  const { data, errors } = await books.ask(
    sellers[0],
    `{ wallet { seller { id } balance ${MONEY} entries { ${ENTRIES} } } }`,
  );
  expect(errors).toBeUndefined();
  const line = (debit: number, credit: number, description: string, orderId: string | undefined) => ({
    cursor: expect.any(String),
    node: {
      account: `payable:${SELLERS[0]}`,
      debit: won(debit),
      credit: won(credit),
      entry: {
        description,
        orderId,
        order: { id: orderId },
        lines: [{ account: `payable:${SELLERS[0]}` }],
      },
    },
  });
  expect(data).toEqual({
    wallet: {
      seller: { id: SELLERS[0] },
      balance: won(14_250),
      entries: {
        edges: [
          line(4_750, 0, 'Refunded by KakaoPay', orders[0]?.orderId),
          line(0, 9_500, 'Order confirmed', orders[1]?.orderId),
          line(0, 9_500, 'Order confirmed', orders[0]?.orderId),
        ],
        pageInfo: { hasNextPage: false, hasPreviousPage: false },
      },
    },
  });
});

test('a wallet is paged by its cursors, without a line twice or left out', async () => {
  const page = async (after: string) =>
    entriesOf(await books.ask(sellers[0], `{ wallet { entries(first: 1${after}) { ${ENTRIES} } } }`));
  const seen: number[] = [];
  for (let after = ''; seen.length < 4;) {
    const { edges } = await page(after);
    if (!edges[0]) break;
    seen.push(...amounts({ edges }));
    after = `, after: "${edges[0].cursor}"`;
  }
  expect(seen).toEqual([-4_750, 9_500, 9_500]);
});

test('an operator sees the wallet of whoever has sold, and who has sold nothing their own, which is empty', async () => {
  const walletOf = (id: string) =>
    books.ask(operator, `{ wallet(sellerId: "${id}") { seller { id } balance ${MONEY} } }`);
  expect((await walletOf(SELLERS[1].toUpperCase())).data).toEqual({
    wallet: { seller: { id: SELLERS[1] }, balance: won(9_500) },
  });
  expect(await walletOf(operator.userId)).toMatchObject({ data: null, errors: [{ code: 'NOT_FOUND' }] });
  const newcomer = person('SELLER');
  expect((await books.ask(newcomer, `{ wallet { seller { id } balance ${MONEY} } }`)).data).toEqual({
    wallet: { seller: { id: newcomer.userId }, balance: won(0) },
  });
});

const SELLER_ID = [{ path: 'sellerId', message: 'has to be a seller’s id.' }];
const AFTER = [{ path: 'after', message: 'is not a cursor of this list.' }];
const FIRST = [{ path: 'first', message: 'is 0 to 100.' }];
const foreign = Buffer.from('["journal","99999999999999999999"]').toString('base64url');
const refused: [what: string, who: Parameters<typeof books.ask>[0], field: string, error: object][] = [
  ['an operator who names nobody', operator, 'wallet { balance { amount } }', badInput(SELLER_ID)],
  ['an id that is none', operator, 'wallet(sellerId: "1") { balance { amount } }', badInput(SELLER_ID)],
  [
    'a seller who names another',
    sellers[0],
    `wallet(sellerId: "${SELLERS[1]}") { balance { amount } }`,
    { code: 'FORBIDDEN' },
  ],
  [
    'a seller who names an empty id',
    sellers[0],
    'wallet(sellerId: "") { seller { id } }',
    { code: 'FORBIDDEN' },
  ],
  ['a buyer', person('BUYER'), 'wallet { seller { id } }', { code: 'FORBIDDEN' }],
  ['nobody', { kind: 'anonymous' }, 'wallet { seller { id } }', { code: 'UNAUTHENTICATED' }],
  ['101 lines', sellers[0], 'wallet { entries(first: 101) { edges { cursor } } }', badInput(FIRST)],
  [
    'another list’s cursor',
    sellers[0],
    `wallet { entries(after: "${foreign}") { edges { cursor } } }`,
    badInput(AFTER),
  ],
  ['a cursor beyond numbers', operator, `journal(after: "${foreign}") { edges { cursor } }`, badInput(AFTER)],
  [
    'an order that is none',
    operator,
    'journal(orderId: "1") { edges { cursor } }',
    badInput([{ path: 'orderId', message: 'is no id.' }]),
  ],
  ['a seller who reads the journal', sellers[0], 'journal { edges { cursor } }', { code: 'FORBIDDEN' }],
  ['a seller who reads all balances', sellers[0], 'trialBalance { account }', { code: 'FORBIDDEN' }],
  ['a seller who audits', sellers[0], 'depositsAudit { booked }', { code: 'FORBIDDEN' }],
];
function badInput(fields: object) {
  return { code: 'BAD_USER_INPUT', fields };
}

test.each(refused)('refuses %s', async (_, who, field, error) => {
  expect((await books.ask(who, `{ ${field} }`)).errors).toEqual([error]);
});

test('an operator reads the journal newest first, of all orders or of one, in as many statements for 20 as for one', async () => {
  const JOURNAL = `edges { cursor node { description orderId lines { account debit { amount } credit { amount }
    entry { id } } } } pageInfo { hasNextPage endCursor }`;
  const { data } = await books.ask(operator, `{ journal(orderId: "${orders[1]?.orderId}") { ${JOURNAL} } }`);
  expect(data).toMatchObject({
    journal: {
      edges: [
        {
          node: {
            description: 'Order confirmed',
            lines: [
              { account: 'deposits', debit: { amount: 20_000 }, credit: { amount: 0 } },
              { account: 'fees', debit: { amount: 0 }, credit: { amount: 1_000 } },
              { account: expect.stringMatching(/^payable:/), credit: { amount: 9_500 } },
              { account: expect.stringMatching(/^payable:/), credit: { amount: 9_500 } },
            ],
          },
        },
        { node: { description: 'Paid by KakaoPay', lines: [{ account: 'receivable:KAKAOPAY' }, {}] } },
      ],
      pageInfo: { hasNextPage: false },
    },
  });

  const all = await books.ask(operator, `{ journal { ${JOURNAL} } }`);
  const asked = books.statements.length;
  const { edges } = (all.data as { journal: { edges: { cursor: string; node: { orderId: string } }[] } })
    .journal;
  const [alone, together] = orders.map(({ orderId }) => orderId);
  expect(edges.map(({ node }) => node.orderId)).toEqual([alone, together, together, alone, alone]);
  await books.ask(operator, `{ journal(first: 1, after: "${edges[0]?.cursor}") { ${JOURNAL} } }`);
  expect([asked, books.statements.length]).toEqual([3, 3]);
});

test('every account stands in the trial balance on its side, and both sides are equal', async () => {
  const { data } = await books.ask(
    operator,
    '{ trialBalance { account debit { amount } credit { amount } } }',
  );
  const owed = new Map(SELLERS.map((id, index) => [id, [14_250, 9_500][index]]));
  const payable = SELLERS.toSorted().map((id) => [`payable:${id}`, 0, owed.get(id)]);
  expect(
    (
      data as { trialBalance: { account: string; debit: { amount: number }; credit: { amount: number } }[] }
    ).trialBalance.map(({ account, debit, credit }) => [account, debit.amount, credit.amount]),
  ).toEqual([['deposits', 0, 0], ['fees', 0, 1_250], ...payable, ['receivable:KAKAOPAY', 25_000, 0]]);
});

const AUDIT =
  '{ depositsAudit { held { amount } booked difference capturesToBook refundsToBook unexplained } }';
const audit = async () => (await books.ask(operator, AUDIT)).data;
const audited = (held: number, booked: number, capturesToBook = 0, refundsToBook = 0, unexplained = 0) => ({
  depositsAudit: {
    held: { amount: held },
    booked,
    difference: held - booked,
    capturesToBook,
    refundsToBook,
    unexplained,
  },
});

test('deposits are what is captured and not settled, and what is not booked yet explains the difference', async () => {
  expect(await audit()).toEqual(audited(0, 0));

  const waiting = await books.captured(SELLERS[0]);
  expect(await audit()).toEqual(audited(PRICE, 0, 1));
  await waiting.books();
  expect(await audit()).toEqual(audited(PRICE, PRICE));

  const back = await waiting.refunds(PRICE);
  expect(await audit()).toEqual(audited(0, PRICE, 0, 1));
  await back();
  expect(await audit()).toEqual(audited(0, 0));

  // The sale comes first, then what goes back of it: only the capture is missed in the deposits.
  const early = await books.captured(SELLERS[1]);
  await early.sells();
  const ofSale = await early.refunds(PRICE / 4);
  expect(await audit()).toEqual(audited(0, -PRICE, 1, 1));
  await ofSale();
  await early.books();
  expect(await audit()).toEqual(audited(0, 0));
});

test('an approval that nobody was told of is booked by its refund', async () => {
  const late = await books.captured(SELLERS[0]);
  const back = await late.refunds(PRICE);
  expect(await audit()).toEqual(audited(0, 0, 1, 1));
  await back();
  expect(await audit()).toEqual(audited(0, 0));
  const { data } = await books.ask(
    operator,
    `{ journal(orderId: "${late.orderId}") { edges { node { description } } } }`,
  );
  expect(data).toEqual({
    journal: {
      edges: [
        { node: { description: 'Refunded by KakaoPay' } },
        { node: { description: 'Paid by KakaoPay' } },
      ],
    },
  });
});

test('a booking that nothing explains shows as such', async () => {
  await books.tell('payment.approved', {
    orderId: operator.userId,
    paymentId: operator.userId,
    provider: 'KAKAOPAY',
    amount: 77,
    approvedAt: '2026-01-01T00:00:00.000Z',
  });
  expect(await audit()).toEqual(audited(0, 77, 0, 0, -77));
});
