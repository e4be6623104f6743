import { parseArgs } from 'node:util';

// No import of a built file: `docker/local` reads the command line before anything has been built.

/** The command line cannot be understood. */
export class UsageError extends Error {}

interface Whole {
  usual: number;
  most: number;
  /** One, unless there is usually none. */
  least?: number;
}

/** What a scenario takes: flags, numbers with what is usual and what is most, and one of some words, the usual first. */
export type Options = Record<string, 'flag' | Whole | readonly string[]>;

export type Values<O extends Options> = {
  [name in keyof O]: O[name] extends 'flag'
    ? boolean
    : O[name] extends readonly (infer Word)[]
      ? Word
      : number;
};

/** Reads a scenario's options. @throws UsageError that says what is wrong */
export function readOptions<const O extends Options>(args: string[], options: O): Values<O> {
  const { values, positionals } = parse(args, options);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood`);
  const read = Object.entries(options).map(([name, option]) => {
    const given = values[name];
    return [name, option === 'flag' ? given === true : valueOf(name, given as string | undefined, option)];
  });
  return Object.fromEntries(read) as Values<O>;
}

const valueOf = (name: string, text: string | undefined, option: Whole | readonly string[]) =>
  'usual' in option ? whole(name, text, option) : wordOf(name, text, option);

function wordOf(name: string, text: string | undefined, words: readonly string[]): string | undefined {
  if (text === undefined) return words[0];
  if (words.includes(text)) return text;
  throw new UsageError(`--${name} is one of ${words.join(', ')}, not "${text}"`);
}

function parse(args: string[], options: Options) {
  const types = Object.entries(options).map(([name, option]) => {
    const type = option === 'flag' ? ('boolean' as const) : ('string' as const);
    return [name, { type }] as const;
  });
  try {
    return parseArgs({ args, allowPositionals: true, options: Object.fromEntries(types) });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** What is usually none may be none; of anything else there is one at least, unless it says so. */
function whole(name: string, text: string | undefined, { usual, most, least = Math.min(usual, 1) }: Whole) {
  if (text === undefined) return usual;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} is a whole number from ${least} to ${most}, not "${text}"`);
}
