// Starts the slow test files first: those that open a shop, and then those that start a service, fill a large catalog,
// wait for a provider that says nothing, or stand before a server that goes away. Jest itself starts what it has seen
// take long, but on a fresh checkout it has seen nothing and goes by the files' sizes: a small one that takes 20 s is
// then left to run alone at the end.
import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

/** The slowest first; what none of them finds is quick. */
const SLOW = [
  /\bopenShop\(/,
  /\bopen\w*Shop\(|\bdist\/main\.js\b|\bloadManyProducts\(|\bopenTcpProxy\(|\bsilence\b/,
];

export default class SlowFirst extends Sequencer {
  /** @param {{ path: string, duration?: number }[]} tests */
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    const groups = Object.groupBy(sorted, ({ path }) => groupOf(readFileSync(path, 'utf8')));
    // Keys that are whole numbers come in their order.
    return Object.values(groups).flat();
  }
}

/** @param {string} text */
function groupOf(text) {
  const group = SLOW.findIndex((pattern) => pattern.test(text));
  return group < 0 ? SLOW.length : group;
}
