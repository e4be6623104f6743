import type { Platform } from '../platform.js';

/** How many transactions PostgreSQL has committed, of the whole platform; it learns of the last ones a second late. */
export async function readCommits({ sql }: Pick<Platform, 'sql'>): Promise<number> {
  const [row] = await sql('order').query<{ commits: number }>(
    'SELECT xact_commit AS commits FROM pg_stat_database WHERE datname = current_database()',
  );
  return row!.commits;
}
