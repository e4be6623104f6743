import { expect, test } from '@jest/globals';
import { problemsOf } from '../../../.ci/migrations/rules.mjs';

test.each([
  ['a column', `ALTER TABLE orders ADD COLUMN gift text`],
  ['a column with a default', `ALTER TABLE orders ADD COLUMN gift boolean NOT NULL DEFAULT false`],
  ['a table with its index', `CREATE TABLE gift (id uuid PRIMARY KEY); CREATE UNIQUE INDEX one ON gift (id)`],
  ['an index aside', `CREATE INDEX CONCURRENTLY orders_by_gift ON orders (gift)`],
  ['a rule for what is new', `ALTER TABLE orders ADD CONSTRAINT fair CHECK (total >= 0) NOT VALID`],
  ['a rule looked at again', `ALTER TABLE orders VALIDATE CONSTRAINT fair`],
  ['less of a rule', `ALTER TABLE orders ALTER COLUMN gift DROP NOT NULL`],
  [
    'the end of what nobody uses',
    `-- contract: nothing has read it since 1.4\nALTER TABLE orders DROP COLUMN gift`,
  ],
])('a schema may grow by %s under the version before', async (_, sql) => {
  expect(await problemsOf(`-- Up Migration\n${sql};`)).toEqual([]);
});

test.each([
  ['a column that goes', `ALTER TABLE orders DROP COLUMN total`, 'column total dropped'],
  ['another name', `ALTER TABLE orders RENAME COLUMN total TO sum`, 'orders.total is renamed'],
  ['another name of a table', `ALTER TABLE orders RENAME TO purchases`, 'orders is renamed'],
  ['another type', `ALTER TABLE orders ALTER COLUMN total TYPE text`, 'another type of total'],
  ['what is needed of old rows', `ALTER TABLE orders ALTER COLUMN total SET NOT NULL`, 'NOT NULL of total'],
  [
    'what old code does not write',
    `ALTER TABLE orders ADD COLUMN gift text NOT NULL`,
    'column gift NOT NULL',
  ],
  ['a rule over all rows', `ALTER TABLE orders ADD CONSTRAINT fair CHECK (total >= 0)`, 'constraint fair'],
  ['an index that stops writes', `CREATE INDEX slow ON orders (total)`, 'not made CONCURRENTLY'],
  ['an index that refuses', `CREATE UNIQUE INDEX CONCURRENTLY one ON orders (total)`, 'unique index refuses'],
  ['a table that goes', `DROP TABLE orders`, 'table dropped'],
  ['rows that go', `TRUNCATE orders`, 'rows are removed'],
  ['a contract without a reason', `-- contract: old\nDROP TABLE orders`, 'table dropped'],
])('the version before would not bear %s', async (_, sql, problem) => {
  expect(await problemsOf(`-- Up Migration\n${sql};`)).toEqual([expect.stringContaining(problem)]);
});
