import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SERVICES, serviceDatabaseUrl, type ServiceName } from '../database/index.js';
import { stockEffectTables } from '../inventory/index.js';
import { messagingTables } from '../messaging/index.js';
import { copyTemplate, keyOfMigrations } from './template-database.js';
import {
  adminDatabaseUrl,
  provisionTestDatabase,
  TEST_ROLE_PASSWORD,
  testDatabaseName,
} from './test-database.js';

/** The checkout, seen from shared/src/testing as from shared/dist/testing. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MIGRATE_WITHIN_MS = 60_000;

const run = promisify(execFile);

/**
 * A database for a shop, as the services' own `migrate.js` leave it when they are run before a release: a service
 * that starts finds nothing to migrate. @returns its name
 */
export async function createShopDatabase(): Promise<string> {
  const name = testDatabaseName('shop');
  const folders = SERVICES.map((service) => `${ROOT}subgraphs/${service}/migrations`);
  const sets = [messagingTables, stockEffectTables].map(({ folder }) => folder);
  await copyTemplate(adminDatabaseUrl(), name, {
    key: `shop_${keyOfMigrations(...folders, ...sets)}`,
    prepare: async (template) => {
      await provisionTestDatabase(template);
      await Promise.all(SERVICES.map((service) => migrate(service, template)));
    },
  });
  return name;
}

async function migrate(service: ServiceName, database: string): Promise<void> {
  const url = serviceDatabaseUrl(adminDatabaseUrl(), database, service, TEST_ROLE_PASSWORD);
  await run(process.execPath, ['--enable-source-maps', `${ROOT}subgraphs/${service}/dist/migrate.js`], {
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'test', DATABASE_URL: url },
    timeout: MIGRATE_WITHIN_MS,
  });
}
