// Takes mechanisms out of a copy of the checkout, one at a time, and shows which test fails: `npm run mutants`.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copyCheckout, type CheckoutCopy } from './checkout-copy.js';
import type { Mutant } from './mutant.js';
import { mutants } from './mutants.js';
import { runTests, type Outcome } from './run-tests.js';
import { rowOf, HEAD } from './table.js';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const { only = '' } = values;
const wanted = mutants.filter(({ mechanism, file }) => `${mechanism} ${file}`.includes(only));
if (wanted.length === 0) throw new Error(`no mutant is called ${only}`);

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const copy = copyCheckout(
  checkout,
  resolve(checkout, process.env.STAMPEDE_HOME || '.stampede', 'mutants/checkout'),
);
const sound = new Map<string, Outcome>();
const rows: string[] = [];
let killed = 0;
for (const [index, mutant] of wanted.entries()) {
  const outcome = (await unsoundness(copy, mutant)) ?? (await runMutated(copy, mutant));
  if (outcome.kind === 'failed') killed += 1;
  rows.push(rowOf(mutant, outcome));
  console.error(`${index + 1}/${wanted.length} ${mutant.mechanism}: ${outcome.kind}`);
}
console.log([...HEAD, ...rows].join('\n'));
console.log(`\n${killed} of ${wanted.length} mechanisms are missed by a test when they are gone.`);
process.exitCode = killed === wanted.length ? 0 : 1;

async function runMutated({ root, apply }: CheckoutCopy, mutant: Mutant): Promise<Outcome> {
  const restore = apply(mutant);
  try {
    return await runTests(root, mutant.tests);
  } finally {
    restore();
  }
}

/** Tests that fail of the whole code, too, say nothing of a mutant. */
async function unsoundness({ root }: CheckoutCopy, { tests }: Mutant): Promise<Outcome | undefined> {
  const key = `${tests.workspace} ${tests.pattern}`;
  const outcome = sound.get(key) ?? (await runTests(root, tests));
  sound.set(key, outcome);
  if (outcome.kind === 'passed') return undefined;
  const why = outcome.kind === 'failed' ? outcome.first : outcome.reason;
  return { kind: 'broke', reason: `of the code as it is: ${why}` };
}
