import { fileURLToPath } from 'node:url';
import type { TableSet } from '../database/index.js';

/** `stock_effect`: every service that changes stock has it in its own schema. */
export const stockEffectTables: TableSet = {
  name: 'stock_effect',
  folder: fileURLToPath(new URL('./migrations', import.meta.url)),
};
