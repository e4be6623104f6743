import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What is read of `jest --json --outputFile`. */
interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  /** Test files that could not run at all, whose tests nobody counted. */
  numRuntimeErrorTestSuites: number;
}

/** Removes the results of earlier runs: a package whose tests do not run must not count with old numbers. */
export function forgetTestResults(root: string): void {
  for (const file of resultFiles(root)) rmSync(file);
}

/** Adds up the results of all packages, whether their tests ran or turbo restored them from its cache. */
export function sumTestResults(root: string): { passed: number; failed: number } {
  const results = resultFiles(root).map((file) => JSON.parse(readFileSync(file, 'utf8')) as JestResults);
  const failed = results.map((each) => each.numFailedTests + each.numRuntimeErrorTestSuites);
  return { passed: sum(results.map((each) => each.numPassedTests)), failed: sum(failed) };
}

function resultFiles(root: string): string[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  const files = workspaces.flatMap((pattern) => globSync(`${pattern}/test-results.json`, { cwd: root }));
  return files.map((file) => join(root, file)).filter((file) => existsSync(file));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
