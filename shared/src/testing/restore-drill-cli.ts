import { dumpedDatabase } from './dumped-database.js';
import { drillRestore, type Step } from './restore-drill.js';
import { openShop } from './shop.js';

// `npm run drill`: loses a platform and restores it, and says how long each step took. Exits 1 when it is not as before.
const since = performance.now();
const seconds = (from: number) => `${((performance.now() - from) / 1_000).toFixed(1)} s`;

const step: Step = async (name, work) => {
  const begun = performance.now();
  const result = await work();
  process.stdout.write(`${name.padEnd(34)} ${seconds(begun)}\n`);
  return result;
};

const shop = await step('start the platform', () => openShop());
const backup = dumpedDatabase(shop.databaseName, process.env.POSTGRESQL_PROGRAMS ?? '');
try {
  await drillRestore(shop, backup, step);
  process.stdout.write(`It went on from where it was saved (${seconds(since)}).\n`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  backup[Symbol.dispose]();
  await shop[Symbol.asyncDispose]();
}
