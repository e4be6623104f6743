import type { Sql } from '../database/index.js';
import { SealingError } from './envelope.js';
import type { Sealer } from './sealer.js';

/** A table with sealed columns, each bound to its table, column and row. Its primary key is a uuid called `id`. */
export interface SealedTable {
  name: string;
  columns: readonly string[];
}

/** What was found in some rows. */
export interface Tally {
  /** Values, by the key that seals them now. */
  counted: Record<string, number>;
  /** Values that are sealed by the current key now, and were not. */
  resealed: number;
  /** Values that do not open: left as they are. */
  unreadable: number;
  /** Rows that somebody changed meanwhile: left as they are, for the next round. */
  missed: number;
}

export const NOTHING: Tally = { counted: {}, resealed: 0, unreadable: 0, missed: 0 };

export type SealedRow = { id: string } & Record<string, Buffer | null | string>;

/** The rows after one, in the order of their ids. */
export const readRows = (sql: Sql, { name, columns }: SealedTable, afterId: string, most: number) =>
  sql.query<SealedRow>(`SELECT id, ${columns.join(', ')} FROM ${name} WHERE id > $1 ORDER BY id LIMIT $2`, [
    afterId,
    most,
  ]);

/**
 * Seals a row's values anew that another than the current key has sealed. One that has been changed since it was read
 * stays as its writer left it.
 */
export async function resealRow(
  sql: Sql,
  sealer: Sealer,
  { name, columns }: SealedTable,
  row: SealedRow,
): Promise<Tally> {
  const tally: Tally = { ...NOTHING, counted: {} };
  const count = (key: string) => {
    tally.counted[key] = (tally.counted[key] ?? 0) + 1;
  };
  const values: (Buffer | null)[] = [];
  for (const column of columns) {
    const envelope = row[column];
    const found = Buffer.isBuffer(envelope)
      ? lookAt(sealer, envelope, { table: name, column, row: row.id })
      : undefined;
    if (found) count(found.key);
    if (found?.unreadable) tally.unreadable += 1;
    values.push(found?.anew ?? null, found?.anew ? (envelope as Buffer) : null);
    if (found?.anew) tally.resealed += 1;
  }
  if (tally.resealed === 0) return tally;
  const written = await sql.run(updateOf(name, columns), [row.id, ...values]);
  return written === 1 ? tally : { ...NOTHING, missed: 1 };
}

/** One statement for any of the columns: a pair of the new value and the one that was read, or of nulls. */
function updateOf(name: string, columns: readonly string[]): string {
  const anew = (index: number) => `$${2 + 2 * index}::bytea`;
  const read = (index: number) => `$${3 + 2 * index}::bytea`;
  const set = columns.map((column, index) => `${column} = coalesce(${anew(index)}, ${column})`);
  const same = columns.map((column, index) => `(${read(index)} IS NULL OR ${column} = ${read(index)})`);
  return `UPDATE ${name} SET ${set.join(', ')} WHERE id = $1 AND ${same.join(' AND ')}`;
}

interface Found {
  /** The key that seals it, once it is written anew. */
  key: string;
  unreadable?: true;
  anew?: Buffer;
}

function lookAt(
  sealer: Sealer,
  envelope: Buffer,
  place: { table: string; column: string; row: string },
): Found {
  let key = 'none';
  try {
    key = sealer.keyOf(envelope);
    if (key === sealer.currentKey) return { key };
    return { key: sealer.currentKey, anew: sealer.seal(sealer.open(envelope, place), place) };
  } catch (error) {
    if (error instanceof SealingError) return { key, unreadable: true };
    throw error;
  }
}

export function addTallies(one: Tally, other: Tally): Tally {
  const counted = { ...one.counted };
  for (const [key, values] of Object.entries(other.counted)) counted[key] = (counted[key] ?? 0) + values;
  return {
    counted,
    resealed: one.resealed + other.resealed,
    unreadable: one.unreadable + other.unreadable,
    missed: one.missed + other.missed,
  };
}
