import { UsageError } from './command-line.ts';
import { flashSaleUsage, readFlashSaleArguments, type FlashSaleArguments } from './flash-sale/arguments.ts';
import { holdEndUsage, readHoldEndArguments, type HoldEndArguments } from './hold-end/arguments.ts';
import {
  liveViewersUsage,
  readLiveViewersArguments,
  type LiveViewersArguments,
} from './live-viewers/arguments.ts';
import { overloadUsage, readOverloadArguments, type OverloadArguments } from './overload/arguments.ts';
import {
  paidOrdersUsage,
  readPaidOrdersArguments,
  type PaidOrdersArguments,
} from './paid-orders/arguments.ts';
import { readRedisLossArguments, redisLossUsage, type RedisLossArguments } from './redis-loss/arguments.ts';
import {
  readStockReadsArguments,
  stockReadsUsage,
  type StockReadsArguments,
} from './stock-reads/arguments.ts';

/** What a benchmark is told. */
export type BenchArguments =
  | FlashSaleArguments
  | HoldEndArguments
  | LiveViewersArguments
  | OverloadArguments
  | PaidOrdersArguments
  | RedisLossArguments
  | StockReadsArguments;

interface Known {
  usage: string;
  read: (args: string[]) => BenchArguments;
  /** The services whose CPU profiles are worth reading. */
  profiled: string[];
}

const scenarios: Record<BenchArguments['scenario'], Known> = {
  'flash-sale': { usage: flashSaleUsage, read: readFlashSaleArguments, profiled: ['gateway', 'order'] },
  'hold-end': { usage: holdEndUsage, read: readHoldEndArguments, profiled: ['gateway', 'order'] },
  'live-viewers': {
    usage: liveViewersUsage,
    read: readLiveViewersArguments,
    profiled: ['gateway', 'catalog'],
  },
  overload: { usage: overloadUsage, read: readOverloadArguments, profiled: ['gateway', 'order'] },
  'paid-orders': {
    usage: paidOrdersUsage,
    read: readPaidOrdersArguments,
    profiled: ['gateway', 'order', 'payment'],
  },
  'redis-loss': {
    usage: redisLossUsage,
    read: readRedisLossArguments,
    profiled: ['gateway', 'order', 'catalog'],
  },
  'stock-reads': { usage: stockReadsUsage, read: readStockReadsArguments, profiled: ['gateway', 'catalog'] },
};

/** The scenario comes first. @throws UsageError that says what is wrong */
export function readArguments(args: string[]): BenchArguments {
  const [name, ...rest] = args;
  if (name === undefined || name.startsWith('-')) throw new UsageError('a scenario is missing');
  const scenario = find(name);
  if (!scenario) throw new UsageError(`there is no scenario "${name}"`);
  return scenario.read(rest);
}

/** How the scenario that was asked for is used; all of them when none was. */
export function usageOf(args: string[]): string {
  const asked = find(args[0] ?? '');
  const usages = asked ? [asked.usage] : Object.values(scenarios).map(({ usage }) => usage);
  return `usage: ${usages.join('\n       ')}`;
}

export const profiledServices = ({ scenario, profile }: BenchArguments): string[] =>
  profile ? scenarios[scenario].profiled : [];

const find = (name: string): Known | undefined =>
  Object.hasOwn(scenarios, name) ? scenarios[name as BenchArguments['scenario']] : undefined;
