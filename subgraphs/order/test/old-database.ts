import { migrate } from '@stampede/shared/database';
import { stockEffectTables } from '@stampede/shared/inventory';
import { messagingTables } from '@stampede/shared/messaging';
import { openLog } from '@stampede/shared/telemetry';
import { openTestDatabase } from '@stampede/shared/testing';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MIGRATIONS } from './open-orders.js';

/** Order's tables as they were before a migration, by its number; `bringUpToDate` does that one and what follows. */
export async function openOldDatabase(before: number) {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-migrations-'));
  try {
    const isOlder = (path: string) => !(Number.parseInt(basename(path), 10) >= before);
    cpSync(MIGRATIONS, folder, { recursive: true, filter: isOlder });
    const test = await openTestDatabase('order', folder);
    return {
      ...test,
      bringUpToDate: () =>
        migrate({
          url: test.url,
          schema: 'order',
          folder: MIGRATIONS,
          sets: [messagingTables, stockEffectTables],
          log: openLog('order', 'silent'),
        }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
