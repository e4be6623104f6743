import { exitOnEnvironmentError } from '@stampede/shared/env';
import { readArguments, usageOf } from './arguments.js';
import { benchmark } from './benchmark.js';
import { UsageError } from './command-line.js';
import { readBenchEnv } from './env.js';

// The benchmark against a platform that has just been started for it: `npm run bench`. Exit codes: 1 when
// something that must be so is not, or the run failed; 2 when the command line is not understood.
const given = process.argv.slice(2);
try {
  const args = readArguments(given);
  const env = exitOnEnvironmentError(() => readBenchEnv());
  process.exitCode = (await benchmark(args, env)) ? 0 : 1;
} catch (error) {
  const misunderstood = error instanceof UsageError;
  process.stderr.write(
    misunderstood ? `${error.message}\n${usageOf(given)}\n` : `${(error as Error).stack}\n`,
  );
  process.exitCode = misunderstood ? 2 : 1;
}
