import { workOff, type Repetition } from '../background/index.js';
import type { Database } from '../database/index.js';
import type { Guard } from '../redis/index.js';
import type { Log, Metrics } from '../telemetry/index.js';
import { addTallies, readRows, resealRow, type SealedTable } from './reseal-rows.js';
import {
  BEFORE_ALL,
  beginAgain,
  chooseKey,
  endRound,
  moveOn,
  readRound,
  type Round,
} from './resealing-round.js';
import type { Sealer } from './sealer.js';

export interface ResealingOptions {
  database: Database;
  guard: Guard;
  sealer: Sealer;
  tables: readonly SealedTable[];
  log: Log;
  metrics: Metrics;
  /** Rows in a batch, and milliseconds between two batches of all replicas: 400 rows a second. */
  rows?: number;
  pauseMs?: number;
  /** Milliseconds until everything is looked through again. */
  everyMs?: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Seals anew, by the current key, whatever another key has sealed: in rounds through all tables, batch by batch, by one
 * replica at a time. Two at once do no harm, since a value is replaced only if it is still the one that was read. Needs
 * the table `resealing`, in which whoever comes next finds how far it has come.
 */
export function openResealing(options: ResealingOptions): Repetition {
  const { database, guard, sealer, tables, log, metrics } = options;
  const { rows: most = 100, pauseMs = 250, everyMs = DAY_MS } = options;
  const sealed = metrics.gauge(
    'sealed_values',
    'Sealed values by the key that seals them, as the last whole round found them.',
    ['key'],
  );
  const lastBegan = metrics.gauge(
    'sealed_values_round_began_seconds',
    'When the last whole round began that looked through all sealed values, in seconds since 1970; 0 before any.',
  );
  const idle = metrics.gauge(
    'resealing_idle',
    '1 in a process whose key is not the one that was chosen last: it seals nothing anew.',
  );
  // Services may share the Redis that keeps the turns, and none waits for another's.
  const turn = `resealing:${tables.map(({ name }) => name).join(',')}`;
  let closing = false;
  let chosen = false;
  /** The key of others that was told of. */
  let told: string | undefined;

  async function look(): Promise<number> {
    if (!chosen) await chooseKey(database, sealer.currentKey);
    chosen = true;
    const round = await readRound(database, everyMs);
    publish(round);
    tellOfOthers(round);
    if (!round || round.keyId !== sealer.currentKey || (round.ended && !round.due)) return 0;
    await guard.oncePer(turn, pauseMs, () => goOn(round));
    return 1;
  }

  function publish(round: Round | undefined): void {
    sealed.reset();
    for (const [key, values] of Object.entries(round?.lastCounted ?? {})) sealed.set({ key }, values);
    lastBegan.set((round?.lastBeganAt?.getTime() ?? 0) / 1_000);
  }

  function tellOfOthers(round: Round | undefined): void {
    const others = round && round.keyId !== sealer.currentKey ? round.keyId : undefined;
    idle.set(others === undefined ? 0 : 1);
    if (others !== undefined && others !== told) {
      log.warn(
        { key: sealer.currentKey, chosen: others },
        'another process has chosen another key: sealing nothing anew here until this one is restarted',
      );
    }
    told = others;
  }

  async function goOn(round: Round): Promise<void> {
    if (round.ended) return void (await beginAgain(database, round));
    const table = tables[round.atTable];
    if (!table) return end(round);
    const rows = await readRows(database, table, round.afterId, most);
    let tally = { ...round };
    for (const row of rows) {
      // The position stays where it was: whoever comes next looks at these rows again.
      if (closing) return;
      const found = await resealRow(database, sealer, table, row);
      if (found.unreadable > 0) log.warn({ table: table.name, row: row.id }, 'a sealed value does not open');
      tally = { ...tally, ...addTallies(tally, found) };
    }
    const last = rows.at(-1);
    const position =
      last && rows.length === most
        ? { atTable: round.atTable, afterId: last.id }
        : { atTable: round.atTable + 1, afterId: BEFORE_ALL };
    await moveOn(database, round, { ...tally, ...position });
  }

  async function end(round: Round): Promise<void> {
    if (!(await endRound(database, round))) return;
    const { keyId, beganAt, counted, resealed, unreadable, missed } = round;
    const found = { key: keyId, beganAt, counted, resealed, unreadable, missed };
    const others = Object.keys(counted).filter((key) => key !== keyId);
    if (resealed + missed > 0) log.info(found, 'sealed values anew; looking through all of them again');
    else if (others.length > 0 || unreadable > 0) log.error(found, 'sealed values are left that do not open');
    else log.info(found, 'everything is sealed by the current key: no other one is needed');
  }

  const loop = workOff(
    { name: 'the resealing', pauseMs, longestPauseMs: LONGEST_PAUSE_MS, fullBatch: Infinity, log },
    look,
  );
  return {
    close: () => {
      closing = true;
      return loop.close();
    },
  };
}
