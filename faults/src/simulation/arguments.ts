import { parseArgs } from 'node:util';

export interface SimulationArguments {
  minutes: number;
  /** Default: another one each time. */
  seed: number | undefined;
  /** Of one failure: only that history is tried again. */
  path: string | undefined;
  /** The simulations to run; default all. */
  names: readonly string[];
}

export const USAGE = 'Usage: npm run simulate -- [--minutes N] [--seed N] [--only NAME [--path PATH]]';

const DEFAULT_MINUTES = 5;
const MAX_SEED = 0x7fffffff;

/**
 * @param given as after `npm run simulate --`
 * @param known names that `--only` may take
 * @throws Error that says which argument is wrong
 */
export function readArguments(given: string[], known: readonly string[]): SimulationArguments {
  const options = { minutes: text, seed: text, path: text, only: text };
  const { values } = parseArgs({ args: given, options });
  const { only, path } = values;
  if (only !== undefined && !known.includes(only)) throw new Error(`--only takes ${known.join(' or ')}`);
  if (path !== undefined && (only === undefined || values.seed === undefined)) {
    throw new Error('--path is of one simulation and seed: it needs --only and --seed');
  }
  const minutes = values.minutes === undefined ? DEFAULT_MINUTES : Number(values.minutes);
  if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error('--minutes takes a number above 0, up to 1440');
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED)) {
    throw new Error(`--seed takes a whole number from 0 to ${MAX_SEED}`);
  }
  return { minutes, seed, path, names: only === undefined ? known : [only] };
}

const text = { type: 'string' } as const;

/** A seed that nobody chose. */
export const anySeed = () => Math.floor(Math.random() * MAX_SEED);
