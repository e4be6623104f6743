// Part of `npm run check`: what has been added to a schema since the first release lets the version before go on.
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { problemsOf } from './rules.mjs';

/** The last migration of the first release, by folder: whoever installs it has no version before. */
const FIRST_RELEASE = {
  'subgraphs/catalog/migrations': 7,
  'subgraphs/order/migrations': 13,
  'subgraphs/payment/migrations': 7,
  'subgraphs/user/migrations': 6,
  'shared/src/inventory/migrations': 1,
  'shared/src/messaging/migrations': 2,
};

const folders = [...globSync('subgraphs/*/migrations'), ...globSync('shared/src/*/migrations')];
const problems = [];
for (const folder of folders) {
  const first = FIRST_RELEASE[folder] ?? 0;
  for (const file of globSync(`${folder}/*.sql`).filter(
    (path) => Number.parseInt(basename(path), 10) > first,
  )) {
    for (const problem of await problemsOf(readFileSync(file, 'utf8'))) problems.push(`${file}: ${problem}`);
  }
}
if (problems.length > 0) {
  console.error(
    `${problems.join('\n')}\n(docs/migrations.md says how it is done in steps, and how a migration says that it may)`,
  );
  process.exit(1);
}
