import { parseArgs } from 'node:util';

// No import of another file of ours: `docker/local` runs this before anything has been built.

export const usage =
  'usage: npm run bench -- flash-sale [--buyers N] [--stock N] [--connections N] [--runs N] [--sign-ins N] [--watch SECONDS] [--flush] [--profile]';

/** What a benchmark is told. */
export interface BenchArguments {
  scenario: 'flash-sale';
  buyers: number;
  stock: number;
  /** Over which the buyers' requests are spread; never more than there are buyers. */
  connections: number;
  runs: number;
  /** How many people sign in by password, over and over, while the others buy. */
  signIns: number;
  /** Seconds that a person has before each opening, to open the page on which the units can be seen falling. */
  watch: number;
  /** Redis is emptied in the middle of the rush. */
  flush: boolean;
  /** The gateway and order write CPU profiles. */
  profile: boolean;
}

/** The command line cannot be understood. */
export class UsageError extends Error {}

/** @throws UsageError that says what is wrong */
export function readArguments(args: string[]): BenchArguments {
  const { values, positionals } = parse(args);
  const [scenario, ...rest] = positionals;
  if (scenario === undefined) throw new UsageError('a scenario is missing');
  if (scenario !== 'flash-sale') throw new UsageError(`there is no scenario "${scenario}"`);
  if (rest.length > 0) throw new UsageError(`"${rest[0]}" is not understood`);
  const buyers = whole('buyers', values.buyers, 10_000, 100_000);
  return {
    scenario,
    buyers,
    stock: whole('stock', values.stock, 100, 1_000_000),
    connections: Math.min(buyers, whole('connections', values.connections, 512, 20_000)),
    runs: whole('runs', values.runs, 1, 100),
    signIns: whole('sign-ins', values['sign-ins'], 0, 10_000),
    watch: whole('watch', values.watch, 0, 600),
    flush: values.flush ?? false,
    profile: values.profile ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        buyers: { type: 'string' },
        stock: { type: 'string' },
        connections: { type: 'string' },
        runs: { type: 'string' },
        'sign-ins': { type: 'string' },
        watch: { type: 'string' },
        flush: { type: 'boolean' },
        profile: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function whole(name: string, text: string | undefined, usual: number, most: number): number {
  const least = Math.min(usual, 1);
  if (text === undefined) return usual;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} is a whole number from ${least} to ${most}, not "${text}"`);
}
