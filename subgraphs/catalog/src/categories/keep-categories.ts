import type { Database, Sql, Transaction } from '@stampede/shared/database';
import { badInput, notFound } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import { text } from '../text.js';
import type { Category } from './category.entity.js';
import { isOfNoCategory } from './is-of-no-category.js';

/** All of them are told at once, so there is an end. */
export const MOST_CATEGORIES = 1_000;
export const LONGEST_NAME = 100;

/** @throws BAD_USER_INPUT for a name that breaks a rule or is taken, or when there are {@link MOST_CATEGORIES}. */
export function createCategory(database: Database, name: string): Promise<Category> {
  const checked = checkName(name);
  return database.transaction('add-category', async (tx) => {
    await countRoom(tx);
    const [row] = await tx.query<Category>(
      `INSERT INTO category (name, name_key) VALUES ($1, $2) ON CONFLICT (name_key) DO NOTHING RETURNING id, name`,
      [checked, keyOf(checked)],
    );
    if (!row) throw taken();
    return row;
  });
}

/** @throws NOT_FOUND; BAD_USER_INPUT for a name that breaks a rule or is another one's. */
export async function renameCategory(sql: Sql, id: string, name: string): Promise<Category> {
  const checked = checkName(name);
  if (!isUuid(id)) throw notFound('category');
  try {
    const [row] = await sql.query<Category>(
      'UPDATE category SET name = $2, name_key = $3 WHERE id = $1 RETURNING id, name',
      [id, checked, keyOf(checked)],
    );
    if (row) return row;
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    throw taken();
  }
  throw notFound('category');
}

/**
 * Takes a category away that no product is of. PostgreSQL looks, so that none can come to be of it meanwhile.
 *
 * @returns false when there is none of this id.
 * @throws BAD_USER_INPUT while products are of it
 */
export async function removeCategory(sql: Sql, id: string): Promise<boolean> {
  if (!isUuid(id)) return false;
  try {
    return (await sql.run('DELETE FROM category WHERE id = $1', [id])) === 1;
  } catch (error) {
    if (!isOfNoCategory(error)) throw error;
    throw badInput({ path: 'id', message: 'is a category that products are of.' });
  }
}

function checkName(name: string): string {
  const { error } = text(1, LONGEST_NAME).safeParse(name);
  if (error) throw badInput({ path: 'name', message: error.issues[0]?.message ?? '' });
  return name.trim();
}

/** Names that look the same are the same: full-width letters, ligatures, and capitals among them. */
export const keyOf = (name: string) => name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ');

const taken = () => badInput({ path: 'name', message: 'is the name of a category already.' });

async function countRoom(tx: Transaction): Promise<void> {
  // Two at once are counted one after the other; products that name a category meanwhile do not wait.
  await tx.run('LOCK TABLE category IN SHARE ROW EXCLUSIVE MODE');
  const [kept] = await tx.query<{ count: number }>('SELECT count(*) FROM category');
  if (kept && kept.count >= MOST_CATEGORIES) {
    throw badInput({ path: 'name', message: `is one too many: there are ${MOST_CATEGORIES} categories.` });
  }
}
