import type { Database } from '@stampede/shared/database';
import { badInput } from '@stampede/shared/errors';
import { checkFirst, connectionOf, decodeCursor, encodeCursor, isUuid } from '@stampede/shared/graphql';
import type { JournalEntryConnection } from './journal-connection.js';
import { entryOf, type EntryRow } from './journal-reader.js';
import { END_OF_BOOKS, isSerialKey } from './serial-key.js';

const LIST = 'journal';

export interface EntriesRequest {
  /** Left out: of all orders. */
  orderId: string | null;
  first: number;
  after: string | null;
}

/** Entries, newest first. @throws BAD_USER_INPUT */
export async function listEntries(
  database: Database,
  { orderId, first, after }: EntriesRequest,
): Promise<JournalEntryConnection> {
  checkFirst(first);
  if (orderId !== null && !isUuid(orderId)) throw badInput({ path: 'orderId', message: 'is no id.' });
  const [before] = after === null ? [END_OF_BOOKS] : decodeCursor(LIST, after, isSerialKey);
  const rows = await database.query<EntryRow>(
    `SELECT id, at, description, order_id FROM journal_entry
     WHERE id < $2 ${orderId === null ? '' : 'AND order_id = $3'} ORDER BY id DESC LIMIT $1`,
    [first + 1, before, ...(orderId === null ? [] : [orderId])],
  );
  return connectionOf(rows, {
    first,
    after,
    cursorOf: ({ id }) => encodeCursor(LIST, String(id)),
    nodeOf: entryOf,
  });
}
