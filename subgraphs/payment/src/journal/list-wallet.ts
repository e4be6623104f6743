import type { Database } from '@stampede/shared/database';
import { checkFirst, connectionOf, decodeCursor, encodeCursor } from '@stampede/shared/graphql';
import type { JournalLineConnection } from './journal-connection.js';
import { lineOf, type LineRow } from './journal-reader.js';
import { END_OF_BOOKS, isSerialKey } from './serial-key.js';
import { payable } from '../books/accounts.js';

const LIST = 'wallet';

export interface WalletRequest {
  sellerId: string;
  first: number;
  after: string | null;
}

/** The lines of a seller's wallet, newest first. @throws BAD_USER_INPUT */
export async function listWallet(
  database: Database,
  { sellerId, first, after }: WalletRequest,
): Promise<JournalLineConnection> {
  checkFirst(first);
  const [entry, number] =
    after === null ? [END_OF_BOOKS, END_OF_BOOKS] : decodeCursor(LIST, after, isSerialKey, isSerialKey);
  const rows = await database.query<LineRow>(
    `SELECT entry_id, number, account, debit, credit FROM journal_line
     WHERE account = $2 AND (entry_id, number) < ($3::bigint, $4::bigint)
     ORDER BY entry_id DESC, number DESC LIMIT $1`,
    [first + 1, payable(sellerId), entry, number],
  );
  return connectionOf(rows, {
    first,
    after,
    cursorOf: (row) => encodeCursor(LIST, String(row.entry_id), String(row.number)),
    nodeOf: lineOf,
  });
}
