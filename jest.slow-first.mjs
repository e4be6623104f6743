// Starts the slow test files first: those that open a shop, start a service, fill a large catalog, or wait for a provider
// that says nothing. Jest itself starts what it has seen take long, but on a fresh checkout it has seen nothing and goes
// by the files' sizes: a small one that takes 20 s is then left to run alone at the end.
import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

const SLOW = /\bopen\w*Shop\(|\bdist\/main\.js\b|\bloadManyProducts\(|\bsilence\b/;

export default class SlowFirst extends Sequencer {
  /** @param {{ path: string, duration?: number }[]} tests */
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    const isSlow = ({ path }) => SLOW.test(readFileSync(path, 'utf8'));
    return [...sorted.filter(isSlow), ...sorted.filter((test) => !isSlow(test))];
  }
}
