import { expect, test } from '@jest/globals';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forgetTestResults, sumTestResults } from '../test-run/results.ts';
import { temporaryHome } from './temporary-home.ts';

function checkout() {
  const home = temporaryHome();
  writeFileSync(join(home.path, 'package.json'), JSON.stringify({ workspaces: ['shared', 'subgraphs/*'] }));
  const write = (workspace: string, passed: number, failed: number, broken: number) => {
    mkdirSync(join(home.path, workspace), { recursive: true });
    const results = { numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: broken };
    writeFileSync(join(home.path, workspace, 'test-results.json'), JSON.stringify(results));
  };
  return { root: home.path, write, [Symbol.dispose]: () => home[Symbol.dispose]() };
}

test('a suite that could not run counts as a failure', () => {
  using tests = checkout();
  tests.write('shared', 5, 0, 0);
  tests.write('subgraphs/order', 3, 1, 2);
  tests.write('elsewhere', 100, 100, 0);

  expect(sumTestResults(tests.root)).toEqual({ passed: 8, failed: 3 });
});

test('results of an earlier run do not count', () => {
  using tests = checkout();
  tests.write('shared', 5, 0, 0);

  forgetTestResults(tests.root);

  expect(existsSync(join(tests.root, 'shared', 'test-results.json'))).toBe(false);
  expect(sumTestResults(tests.root)).toEqual({ passed: 0, failed: 0 });
});
