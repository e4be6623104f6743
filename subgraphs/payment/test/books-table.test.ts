import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Sql } from '@stampede/shared/database';
import { openBooks, soldOrder, type BooksUnderTest } from './books.fixture.js';

let books: BooksUnderTest;
beforeAll(async () => {
  books = await openBooks();
  const { approved } = soldOrder();
  await books.tell('approved', approved);
});
afterAll(() => books[Symbol.asyncDispose]());

const addEntry = async (tx: Sql): Promise<number> => {
  const [entry] = await tx.query<{ id: number }>(
    `INSERT INTO journal_entry (kind, reference, description, order_id)
     VALUES ('CAPTURE', gen_random_uuid()::text, 'test', gen_random_uuid()) RETURNING id`,
  );
  return entry?.id ?? 0;
};
/** By one statement; a positive amount is a debit. */
const addLines = (tx: Sql, entryId: number, lines: [string, number][], first = 1) =>
  tx.run(
    `INSERT INTO journal_line (entry_id, number, account, debit, credit)
     SELECT $1, $4 + position - 1, account, greatest(net, 0), greatest(-net, 0)
     FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS line (account, net, position)`,
    [entryId, lines.map(([account]) => account), lines.map(([, net]) => net), first],
  );

test.each<[string, [string, number][]]>([
  [
    'whose debits are a won more than its credits',
    [
      ['fees', 6],
      ['deposits', -5],
    ],
  ],
  [
    'of debits alone',
    [
      ['fees', 5],
      ['deposits', 5],
    ],
  ],
  ['of one line', [['fees', 5]]],
  ['without lines', []],
])('an entry %s cannot be committed', async (_, lines) => {
  const committing = books.database.transaction('test', async (tx) => {
    const id = await addEntry(tx);
    if (lines.length > 0) await addLines(tx, id, lines);
  });
  await expect(committing).rejects.toThrow('does not balance');
});

test.each([
  ['of neither side', 0, 0],
  ['of both sides', 5, 5],
  ['of less than nothing', -5, 0],
])('a line %s is refused', async (_, debit, credit) => {
  const adding = books.database.transaction('test', async (tx) => {
    const id = await addEntry(tx);
    await tx.run('INSERT INTO journal_line VALUES ($1, 1, $2, $3, $4)', [id, 'fees', debit, credit]);
  });
  await expect(adding).rejects.toMatchObject({ code: '23514' });
});

test('no line comes to an entry after its own, in the same transaction or later', async () => {
  const more: [string, number][] = [
    ['fees', 5],
    ['deposits', -5],
  ];
  const message = 'a line is added to an entry that has been written';
  const [known] = await books.database.query<{ id: number }>('SELECT id FROM journal_entry LIMIT 1');
  await expect(addLines(books.database, known?.id ?? 0, more, 3)).rejects.toThrow(message);
  const adding = books.database.transaction('test', async (tx) => {
    const id = await addEntry(tx);
    await addLines(tx, id, more);
    await tx.run('SET CONSTRAINTS ALL IMMEDIATE');
    await addLines(tx, id, [['fees', 5]], 3);
  });
  await expect(adding).rejects.toThrow(message);
});

test.each([
  ['journal_entry', 'kind'],
  ['journal_line', 'account'],
  ['book_fact', 'kind'],
  ['account_balance', 'account'],
])('%s is never changed', async (table, column) => {
  const rows = () => books.database.query(`SELECT * FROM ${table} ORDER BY ${column}`);
  const before = await rows();
  expect(before).not.toEqual([]);
  for (const statement of [
    `UPDATE ${table} SET ${column} = ${column}`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table} CASCADE`,
  ]) {
    await expect(books.database.run(statement)).rejects.toThrow('what is booked stays');
  }
  expect(await rows()).toEqual(before);
});

test('a balance is written by lines alone', async () => {
  const statement = `INSERT INTO account_balance VALUES ('fees', 99, 1, 0)`;
  for (const [text, message] of [
    [statement, 'INSERT of account_balance is refused'],
    [`${statement} ON CONFLICT (account, shard) DO UPDATE SET debit = 1`, 'account_balance is refused'],
  ] as const) {
    await expect(books.database.run(text)).rejects.toThrow(message);
  }
});
