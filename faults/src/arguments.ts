import { parseArgs } from 'node:util';

export const KINDS = ['crashes', 'servers'] as const;
export type Kind = (typeof KINDS)[number];

export interface FaultArguments {
  /** All of them unless one is said. */
  kinds: readonly Kind[];
  /** A part of a fault's name, in any case. */
  only: string | undefined;
  /** Says what faults there are, and does none. */
  list: boolean;
  /** How many platforms are tried beside each other, each with one fault at a time. */
  shops: number;
}

export const USAGE = `Usage: npm run faults -- [${KINDS.join(' | ')}] [--only PATTERN] [--list] [--shops 1..8]`;

/** @throws Error that says what is not understood */
export function readArguments(args: readonly string[]): FaultArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      shops: { type: 'string', default: '3' },
    },
  });
  const unknown = positionals.find((kind) => !KINDS.includes(kind as Kind));
  if (unknown !== undefined) throw new Error(`"${unknown}" is no kind of fault`);
  const shops = Number(values.shops);
  if (!Number.isInteger(shops) || shops < 1 || shops > 8) throw new Error('--shops is a number from 1 to 8');
  const kinds = positionals.length === 0 ? KINDS : (positionals as Kind[]);
  return { kinds, only: values.only, list: values.list, shops };
}

/** Whether a fault of this name is asked for. */
export const isWanted = ({ only }: Pick<FaultArguments, 'only'>, name: string): boolean =>
  only === undefined || name.toLowerCase().includes(only.toLowerCase());
