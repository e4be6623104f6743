// Prints verified buyers of the running platform, one JSON line each: `npm run --silent buyers -- --count 2000`.
import { runAgainstPlatform } from '../platform/run-script.ts';

try {
  if (process.env['NODE_ENV'] === 'production')
    throw new Error('buyers are for trying, and are refused in production.');
  process.exitCode = await runAgainstPlatform('bench/dist/buyers.js', process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
