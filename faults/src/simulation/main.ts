// Tries random histories on the servers that the environment names, which nobody else may use: `npm run simulate`.
import { anySeed, readArguments, USAGE, type SimulationArguments } from './arguments.js';
import { runBeside } from './run-beside.js';
import { simulationNames, type SimulationName } from './simulations.js';

const TELL_EVERY_MS = 10_000;

const { minutes, seed = anySeed(), path, names } = readOrExit();
const servers = { databaseUrl: required('DATABASE_URL'), redisUrl: required('REDIS_URL') };
const tried = new Map(names.map((name) => [name, 0]));
const since = performance.now();

console.log(`Seed ${seed}, ${path === undefined ? `${minutes} min` : `only ${path}`}: ${names.join(', ')}`);
const telling = setInterval(tell, TELL_EVERY_MS);
const outcomes = await Promise.all(names.map((name) => runOne(name as SimulationName)));
clearInterval(telling);
tell();
process.exitCode = outcomes.every(Boolean) ? 0 : 1;

/** @returns whether every history went as its model says. */
async function runOne(name: SimulationName): Promise<boolean> {
  try {
    const task = { name, seed, path, forMs: minutes * 60_000, servers };
    const found = await runBeside(task, (histories) => tried.set(name, histories));
    if (!found) return true;
    const again = `npm run simulate -- --only ${name} --seed ${found.seed} --path ${found.path}`;
    console.error(`${name}: the model does not agree.\n${found.report}\nAgain: ${again}`);
  } catch (error) {
    console.error((error as Error).message);
  }
  return false;
}

function tell(): void {
  const seconds = (performance.now() - since) / 1_000;
  const counts = [...tried].map(([name, count]) => `${name} ${count} (${Math.round(count / seconds)}/s)`);
  console.log(`${seconds.toFixed(0).padStart(5)} s  histories tried: ${counts.join(', ')}`);
}

function readOrExit(): SimulationArguments {
  try {
    return readArguments(process.argv.slice(2), simulationNames);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return process.exit(2);
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this is started by \`npm run simulate\``);
  return value;
}
