import { inspect } from 'node:util';
import type { SaleSettings } from '@stampede/shared/inventory';
import { unitsByBuyer, type Entry } from '../model/stock.js';
import type { History } from '../model/history.js';
import type { Standing } from './stock-server.js';

const FIELDS = 15;

/** What of Redis the model does not agree with; undefined: everything is as it has to be. */
export function differenceOf(history: History, runId: string, standing: Standing): string | undefined {
  const [stock, orders, buyers, waiting] = standing;
  const sums = sumsOf(history, stock, orders, buyers);
  if (sums) return sums;
  const wanted = wantedOf(history, runId);
  // When the last unit was taken is Redis' own clock.
  const found = stock.map((value, index) => (index === FIELDS - 1 && value !== null ? 'at' : value));
  return (
    unequal('stock', wanted.stock.join(), found.map((value) => value ?? '').join()) ??
    unequalMaps('orders', wanted.orders, orders) ??
    unequalMaps('buyers', wanted.buyers, buyers) ??
    unequal('waiting settings', wanted.waiting.join(), waiting.join())
  );
}

/** What has to hold of the numbers themselves, whatever a model says. */
function sumsOf(
  history: History,
  stock: (string | null)[],
  orders: string[],
  buyers: string[],
): string | undefined {
  if (stock[0] === null || orders.length === 0 || buyers.length === 0) return undefined;
  const [total, , available, held, sold] = stock.slice(8).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (total !== available + held + sold) {
    return `total ${total} is not available ${available} + held ${held} + sold ${sold}`;
  }
  if (available < 0 && !history.hasHeldTwice) return `more is held than exists: ${available} are available`;
  const units = { held: 0, sold: 0, ended: 0 } as Record<string, number>;
  for (let index = 1; index < orders.length; index += 2) {
    const [state = '', quantity] = orders[index]!.split('|', 2);
    if (state in units) units[state]! += Number(quantity);
  }
  if (units.held !== held || units.sold !== sold) {
    return `the orders have ${units.held} held and ${units.sold} sold, the counters ${held} and ${sold}`;
  }
  let owned = 0;
  for (let index = 0; index < buyers.length; index += 2) {
    if (buyers[index] !== '#') owned += Number(buyers[index + 1]);
  }
  return owned === held + sold ? undefined : `the buyers own ${owned}, the orders ${held + sold}`;
}

function wantedOf(history: History, runId: string) {
  const { stock, waiting, aheadMs } = history;
  const kept = (part: 'stock' | 'orders' | 'buyers') => stock && !stock.lost.has(part);
  const epoch = String(stock?.epoch);
  return {
    stock: kept('stock')
      ? [
          epoch,
          stock!.trusted ? runId : '',
          ...settingsOf(stock!.settings, aheadMs),
          stock!.available,
          stock!.held,
          stock!.sold,
          stock!.serial,
          stock!.hasSoldOut ? 'at' : '',
        ]
      : Array.from({ length: FIELDS }, () => ''),
    orders: new Map(
      kept('orders')
        ? [
            ['#', epoch],
            ...[...stock!.entries].map(([id, entry]): [string, string] => [id, textOf(entry, aheadMs)]),
          ]
        : [],
    ),
    buyers: new Map(
      kept('buyers')
        ? [
            ['#', epoch],
            ...[...unitsByBuyer(stock!.entries)].map(([id, units]): [string, string] => [id, String(units)]),
          ]
        : [],
    ),
    waiting: waiting ? [waiting.epoch, ...settingsOf(waiting.settings, aheadMs)] : [],
  };
}

/** In the order of settings.lua, by Redis' clock. */
const settingsOf = (settings: SaleSettings, aheadMs: number) => [
  settings.version,
  settings.opensAt === 0 ? 0 : settings.opensAt - aheadMs,
  settings.closesAt === null ? 0 : settings.closesAt - aheadMs,
  settings.limitPerBuyer,
  settings.holdMinutes * 60_000,
  settings.paused ? 1 : 0,
  settings.total,
  settings.termsVersion,
];

const textOf = (entry: Entry, aheadMs: number) =>
  `${entry.state}|${entry.quantity}|${entry.buyerId}|${entry.digest}|${entry.epoch}|${entry.serial}|${
    entry.payBy - aheadMs
  }|${entry.heldAt - aheadMs}`;

function unequalMaps(what: string, wanted: ReadonlyMap<string, string>, found: string[]) {
  let isEqual = wanted.size * 2 === found.length;
  for (let index = 0; isEqual && index < found.length; index += 2) {
    isEqual = wanted.get(found[index]!) === found[index + 1];
  }
  if (isEqual) return undefined;
  const pairs = Array.from(
    { length: found.length / 2 },
    (_, i) => [found[2 * i]!, found[2 * i + 1]!] as const,
  );
  return unequal(what, inspect(wanted), inspect(new Map(pairs)));
}

const unequal = (what: string, wanted: string, found: string) =>
  wanted === found ? undefined : `${what}: expected ${wanted}, found ${found}`;
