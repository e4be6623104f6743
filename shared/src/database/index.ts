export { columnsOf } from './columns.js';
export { openDatabase } from './database.js';
export type { Database, Row, Sql, StatementOptions, Transaction } from './database.js';
export { migrateOnly } from './migrate-only.js';
export { migrate } from './migrate.js';
export type { TableSet } from './migrate.js';
export { SERVICES, provisionDatabase, serviceDatabaseUrl } from './provision.js';
export type { ServiceName } from './provision.js';
