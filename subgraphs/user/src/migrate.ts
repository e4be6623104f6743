import { migrateOnly } from '@stampede/shared/database';
import { tables } from './tables.js';

// By itself, before any replica of a newer version starts: `node subgraphs/user/dist/migrate.js`.
await migrateOnly(tables);
