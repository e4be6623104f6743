import { messagingTables } from '@stampede/shared/messaging';
import { fileURLToPath } from 'node:url';

/** Where the service's tables are, and what makes them. */
export const tables = {
  schema: 'user',
  folder: fileURLToPath(new URL('../migrations', import.meta.url)),
  sets: [messagingTables],
};
