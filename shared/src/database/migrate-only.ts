import { exitOnEnvironmentError, readEnv, serviceEnv } from '../env/index.js';
import { openLog } from '../telemetry/index.js';
import { migrate, type MigrateOptions } from './migrate.js';

/**
 * Brings a service's schema up to date and ends the process: 0 when it is, 1 when it is not. Needs `DATABASE_URL` alone,
 * in the service's own role.
 */
export async function migrateOnly(tables: Pick<MigrateOptions, 'schema' | 'folder' | 'sets'>): Promise<void> {
  const { NODE_ENV, LOG_LEVEL, DATABASE_URL } = serviceEnv;
  const env = exitOnEnvironmentError(() => readEnv({ NODE_ENV, LOG_LEVEL, DATABASE_URL }));
  const log = openLog(tables.schema, env.LOG_LEVEL);
  try {
    await migrate({ ...tables, url: env.DATABASE_URL, log });
    log.info('the schema is up to date');
  } catch (error) {
    log.fatal({ err: error }, 'the schema could not be brought up to date');
    process.exitCode = 1;
  }
}
