// Starts the test files that open a shop first. Jest itself starts what it has seen take long, but on a fresh checkout it
// has seen nothing and goes by the files' sizes: a small one that takes 20 s is then left to run alone at the end.
import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

const OPENS_A_SHOP = /\bopen\w*Shop\(/;

export default class SlowFirst extends Sequencer {
  /** @param {{ path: string, duration?: number }[]} tests */
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    const opensShop = ({ path }) => OPENS_A_SHOP.test(readFileSync(path, 'utf8'));
    return [...sorted.filter(opensShop), ...sorted.filter((test) => !opensShop(test))];
  }
}
