import { workOff } from '../background/index.js';
import { passing, passingClaim } from '../crash-points/index.js';
import { watchWaitingEffects } from './watch-waiting-effects.js';
import type { Database, Transaction } from '../database/index.js';
import type { Log, Metrics } from '../telemetry/index.js';
import type { EffectAnswer, Inventory } from './inventory.js';
import type { HoldName, SaleSettings } from './product.js';

/** What a committed change means for Redis. Stamped with the epoch in which it was decided. */
export type StockEffect = { productId: string; epoch: number } & (
  | { kind: 'undo' | 'end' | 'commit' | 'return'; orderId: string; hold: HoldName }
  | { kind: 'settings'; settings: SaleSettings }
);

/** Carries the rows of `stock_effect` to Redis, in the background and again after every restart. */
export interface StockEffects {
  /** Rows that are still to be applied: how far Redis is behind. */
  pending(): Promise<number>;
  close(): Promise<void>;
}

export interface StockEffectsOptions {
  database: Database;
  inventory: Inventory;
  log: Log;
  /** Called when Redis knows nothing of a product, or not what it should: the effect waits for the rebuild. */
  askForRebuild: (productId: string) => void;
  /** Where the rows that wait are seen. */
  metrics?: Metrics;
}

interface EffectRow {
  id: number;
  product_id: string;
  epoch: number;
  kind: StockEffect['kind'];
  order_id: string | null;
  hold_epoch: number | null;
  hold_serial: number | null;
  settings: SaleSettings | null;
  attempts: number;
}

/** Effects of a process that died are found within a second; its own wake a relay as they commit. */
const PAUSES = { pauseMs: 100, longestPauseMs: 1_000 };
const FIRST_BACKOFF_MS = 100;
const BATCH = 256;
const MAX_BACKOFF_MS = 5_000;

/** The relays of this process: woken when an effect has committed, so that nobody waits for their next poll. */
const relays = new Set<() => void>();

/** Writes an effect in the transaction of its cause; it is applied soon after the commit, and never without it. */
export async function appendStockEffect(tx: Transaction, effect: StockEffect): Promise<void> {
  const hold = effect.kind === 'settings' ? undefined : effect.hold;
  await tx.run(
    `INSERT INTO stock_effect (product_id, epoch, kind, order_id, hold_epoch, hold_serial, settings)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      effect.productId,
      effect.epoch,
      effect.kind,
      effect.kind === 'settings' ? null : effect.orderId,
      hold?.epoch ?? null,
      hold?.serial ?? null,
      effect.kind === 'settings' ? JSON.stringify(effect.settings) : null,
    ],
  );
  tx.afterCommit(wakeStockEffects);
}

/** As {@link appendStockEffect}, of several that change holds, in one statement. */
export async function appendHoldEffects(
  tx: Transaction,
  effects: readonly Exclude<StockEffect, { kind: 'settings' }>[],
): Promise<void> {
  await tx.run(
    `INSERT INTO stock_effect (product_id, epoch, kind, order_id, hold_epoch, hold_serial)
     SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[])`,
    [
      effects.map(({ productId }) => productId),
      effects.map(({ epoch }) => epoch),
      effects.map(({ kind }) => kind),
      effects.map(({ orderId }) => orderId),
      effects.map(({ hold }) => hold.epoch),
      effects.map(({ hold }) => hold.serial),
    ],
  );
  tx.afterCommit(wakeStockEffects);
}

/** Has the relays of this process look now: for effects that a statement of the caller's own has written. */
export function wakeStockEffects(): void {
  for (const wake of relays) wake();
}

/** Opens the relay; `close` lets the batch in hand finish. */
export function openStockEffects(options: StockEffectsOptions): StockEffects {
  const { database, log } = options;
  const loop = workOff({ name: 'the relay of stock effects', ...PAUSES, fullBatch: BATCH, log }, () =>
    applyDueEffects(options),
  );
  const watch = options.metrics && watchWaitingEffects(database, options.metrics, log);
  relays.add(loop.wake);
  return {
    pending: async () => {
      const [row] = await database.query<{ count: number }>('SELECT count(*) FROM stock_effect');
      return row?.count ?? 0;
    },
    close: async () => {
      relays.delete(loop.wake);
      await Promise.all([loop.close(), watch?.close()]);
    },
  };
}

/** The lease: a relay that dies leaves its rows to the next one, 5 s later. */
const CLAIM = `
  UPDATE stock_effect SET due_at = now() + interval '5 seconds', attempts = attempts + 1
  WHERE id = ANY(ARRAY(
    SELECT id FROM stock_effect WHERE due_at <= now() ORDER BY due_at, id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))
  RETURNING id, product_id, epoch, kind, order_id, hold_epoch, hold_serial, settings, attempts`;

/** One round of the relay. @returns how many effects were due; @throws why one could not be applied: it comes again */
export async function applyDueEffects({
  database,
  inventory,
  askForRebuild,
}: Omit<StockEffectsOptions, 'log' | 'metrics'>): Promise<number> {
  const rows = await passingClaim('claim-effects', () => database.query<EffectRow>(CLAIM));
  if (rows.length === 0) return 0;
  // One round trip for the batch. Order does not matter: every script is a step towards the later state.
  const answers = await Promise.allSettled(rows.map((row) => apply(inventory, row)));
  const rowsThat = (test: (answer: (typeof answers)[number]) => boolean) =>
    rows.filter((_, index) => test(answers[index] as (typeof answers)[number]));
  const done = rowsThat((answer) => answer.status === 'fulfilled' && answer.value === 'DONE');
  const unknown = rowsThat((answer) => answer.status === 'fulfilled' && answer.value !== 'DONE');
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (done.length > 0) await passing('delete-effects', 'commit', () => remove(database, done));
  if (done.length < rows.length) await backOff(database, rows);
  for (const productId of new Set(unknown.map((row) => row.product_id))) askForRebuild(productId);
  if (failed) throw failed.reason;
  return rows.length;
}

const remove = (database: Database, rows: readonly EffectRow[]) =>
  database.run('DELETE FROM stock_effect WHERE id = ANY($1)', [rows.map(({ id }) => id)]);

/** What is left of a batch comes again, later each time: a forgotten hold, too, until a rebuild has loaded it. */
const backOff = (database: Database, rows: readonly EffectRow[]) =>
  database.run(
    `UPDATE stock_effect SET due_at = now() + interval '1 ms' * least($2 * 2 ^ least(attempts, 10), $3)
     WHERE id = ANY($1)`,
    [rows.map(({ id }) => id), FIRST_BACKOFF_MS, MAX_BACKOFF_MS],
  );

function apply(inventory: Inventory, row: EffectRow): Promise<EffectAnswer> {
  if (row.kind === 'settings') {
    return inventory.changeSettings(row.product_id, row.epoch, row.settings as SaleSettings);
  }
  const hold = {
    productId: row.product_id,
    effectEpoch: row.epoch,
    orderId: row.order_id as string,
    hold: { epoch: row.hold_epoch as number, serial: row.hold_serial as number },
  };
  return row.kind === 'commit' ? inventory.commit(hold) : inventory.release(row.kind, hold);
}
