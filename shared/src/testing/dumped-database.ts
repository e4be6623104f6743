import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Backup } from './restore-drill.js';
import { adminDatabaseUrl, dropTestDatabase, provisionTestDatabase } from './test-database.js';

const run = promisify(execFile);

/**
 * A backup by `pg_dump` and `pg_restore`, as docs/restoring.md has it.
 *
 * @param programs the folder of both; '': those on the path.
 */
export function dumpedDatabase(name: string, programs: string): Backup & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-drill-'));
  const file = join(folder, 'stampede.dump');
  const url = new URL(adminDatabaseUrl());
  url.pathname = `/${name}`;
  return {
    take: async () => {
      await run(join(programs, 'pg_dump'), ['--format=custom', `--file=${file}`, url.href]);
    },
    restore: async () => {
      await dropTestDatabase(name);
      await provisionTestDatabase(name);
      const options = ['--clean', '--if-exists', '--exit-on-error', '--single-transaction'];
      await run(join(programs, 'pg_restore'), [...options, `--dbname=${url.href}`, file]);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
