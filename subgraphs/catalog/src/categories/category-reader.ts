import type { Sql } from '@stampede/shared/database';
import DataLoader from 'dataloader';
import type { Category } from './category.entity.js';

/** Reads categories: those asked for in one tick, by whatever request, in one statement. */
export interface CategoryReader {
  one(id: string): Promise<Category | null>;
  /** All of them, by name without regard to case. */
  all(): Promise<Category[]>;
}

export function openCategoryReader(sql: Pick<Sql, 'query'>): CategoryReader {
  const loader = new DataLoader<string, Category | null>(
    async (ids) => {
      const rows = await sql.query<Category>('SELECT id, name FROM category WHERE id = ANY($1)', [
        [...new Set(ids)],
      ]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { cache: false, maxBatchSize: 500 },
  );
  return {
    one: (id) => loader.load(id),
    all: () => sql.query<Category>('SELECT id, name FROM category ORDER BY name_key'),
  };
}
