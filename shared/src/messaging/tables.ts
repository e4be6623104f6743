import { fileURLToPath } from 'node:url';
import type { TableSet } from '../database/index.js';

/** `outbox` and `inbox`: every service that speaks or listens has them in its own schema. */
export const messagingTables: TableSet = {
  name: 'messaging',
  folder: fileURLToPath(new URL('./migrations', import.meta.url)),
};
