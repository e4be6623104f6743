import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Tests } from './mutant.js';

/** What became of tests. */
export type Outcome =
  | { kind: 'passed'; tests: number }
  | { kind: 'failed'; first: string }
  /** Nothing was tested, which says nothing of the code. */
  | { kind: 'broke'; reason: string };

/** A test that hangs is one that has failed. */
const TEST_MS = 60_000;
const RUN_MS = 300_000;

interface Results {
  numTotalTests: number;
  testResults: {
    message: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

/** Runs tests of a checkout on the servers that the environment names. */
export async function runTests(root: string, { workspace, pattern }: Tests): Promise<Outcome> {
  const output = join(root, 'mutant-results.json');
  rmSync(output, { force: true });
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const options = ['--json', `--outputFile=${output}`, `--testTimeout=${TEST_MS}`, '--silent', '--bail'];
  const run = spawn(process.execPath, [...node, jest, ...options, '--testPathPatterns', pattern], {
    cwd: join(root, workspace),
    stdio: 'ignore',
  });
  const deadline = setTimeout(() => run.kill('SIGKILL'), RUN_MS);
  const [code, signal] = (await once(run, 'exit')) as [number | null, string | null];
  clearTimeout(deadline);
  if (!existsSync(output)) return { kind: 'broke', reason: `jest ended by ${signal ?? code}` };
  return outcomeOf(JSON.parse(readFileSync(output, 'utf8')) as Results);
}

function outcomeOf({ numTotalTests, testResults }: Results): Outcome {
  const assertions = testResults.flatMap(({ assertionResults }) => assertionResults);
  const first = assertions.find(({ status }) => status === 'failed');
  if (first) return { kind: 'failed', first: first.fullName };
  const reason = testResults.map(({ message }) => message).find(Boolean);
  if (reason !== undefined) return { kind: 'broke', reason };
  const tests = assertions.filter(({ status }) => status === 'passed').length;
  return tests > 0 ? { kind: 'passed', tests } : { kind: 'broke', reason: `${numTotalTests} tests` };
}
