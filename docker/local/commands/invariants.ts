// Checks what must always be true of the running platform: `npm run invariants`.
import { runAgainstPlatform } from '../platform/run-script.ts';

try {
  process.exitCode = await runAgainstPlatform('shared/dist/testing/invariants-cli.js', process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
