import type { Database } from '@stampede/shared/database';
import { won } from '@stampede/shared/graphql';
import type { Identity } from '@stampede/shared/identity';
import DataLoader from 'dataloader';
import type { JournalEntry, JournalLine } from './journal.entity.js';
import { payable } from '../books/accounts.js';

export interface EntryRow {
  id: number;
  at: Date;
  description: string;
  order_id: string;
}

export interface LineRow {
  entry_id: number;
  number: number;
  account: string;
  debit: number;
  credit: number;
}

/** Reads entries and their lines; what is asked for in one tick is read in one statement. */
export type JournalReader = ReturnType<typeof openJournalReader>;

export function openJournalReader(database: Database) {
  const entries = batched<EntryRow | undefined>(async (ids) => {
    const rows = await database.query<EntryRow>(
      'SELECT id, at, description, order_id FROM journal_entry WHERE id = ANY($1)',
      [ids],
    );
    const byId = new Map(rows.map((row) => [String(row.id), row]));
    return ids.map((id) => byId.get(id));
  });
  const lines = batched<LineRow[]>(async (ids) => {
    const rows = await database.query<LineRow>(
      `SELECT entry_id, number, account, debit, credit FROM journal_line
       WHERE entry_id = ANY($1) ORDER BY entry_id, number`,
      [ids],
    );
    const byEntry = new Map(ids.map((id): [string, LineRow[]] => [id, []]));
    for (const row of rows) byEntry.get(String(row.entry_id))?.push(row);
    return ids.map((id) => byEntry.get(id) ?? []);
  });
  return {
    /** @throws Error when it is not there, which no line's is. */
    entry: async (id: string): Promise<JournalEntry> => {
      const row = await entries.load(id);
      if (!row) throw new Error(`there is no entry ${id}`);
      return entryOf(row);
    },
    /** All lines to an operator; to a seller those of their own wallet: what others earn by an order is theirs to know. */
    lines: async (entryId: string, viewer: Identity): Promise<JournalLine[]> =>
      (await lines.load(entryId)).filter((row) => seesLine(viewer, row)).map(lineOf),
  };
}

const batched = <T>(load: (ids: readonly string[]) => Promise<T[]>) =>
  new DataLoader<string, T>(load, { cache: false, maxBatchSize: 500 });

const seesLine = (viewer: Identity, { account }: LineRow) =>
  viewer.kind === 'user' && (viewer.role === 'OPERATOR' || account === payable(viewer.userId));

export const entryOf = ({ id, at, description, order_id }: EntryRow): JournalEntry => ({
  id: String(id),
  at,
  description,
  orderId: order_id,
  order: { id: order_id },
});

export const lineOf = ({ account, debit, credit, entry_id }: LineRow): JournalLine => ({
  account,
  debit: won(debit),
  credit: won(credit),
  entryId: String(entry_id),
});
