import { workOff, type Repetition } from '@stampede/shared/background';
import type { Guard } from '@stampede/shared/redis';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { readListedProducts } from '../listing/read-listed-products.js';
import { auditProduct, type AuditParts } from './audit-product.js';

export interface AuditJobParts extends AuditParts {
  guard: Guard;
  log: Log;
  metrics: Metrics;
}

const EVERY_MS = 60_000;
/** Late payments, cancellations and refunds still move the units of a sale that is over. */
const AFTER_CLOSING_MS = 3_600_000;

/** Goes round all sales, in one replica at a time: compares their stores, and rebuilds where they have drifted. */
export function openAudits(parts: AuditJobParts, everyMs = EVERY_MS): Repetition {
  const { guard, log, metrics, rebuilds } = parts;
  const drift = metrics.gauge(
    'stock_drift',
    'Units on which Redis and PostgreSQL differed in the last round, before they were repaired.',
  );
  const repairs = metrics.counter(
    'stock_repairs_total',
    'Products rebuilt because their stores had drifted.',
  );

  const failures = metrics.counter('stock_audit_failures_total', 'Products that could not be audited.');

  const finishedAt = metrics.gauge(
    'stock_audit_timestamp_seconds',
    'When this process last went all round, or began to wait for its turn, in seconds since 1970. Take the maximum.',
  );
  finishedAt.set(Date.now() / 1_000);

  const stop = new AbortController();

  async function audit(productId: string): Promise<number> {
    const found = await auditProduct(parts, productId);
    if (found.drift === 0) return 0;
    log.error(
      { productId, drift: found.drift, differences: found.differences.slice(0, 20).map(({ what }) => what) },
      'the stock of a product had drifted, and is rebuilt',
    );
    // Never a number edited by hand: what is wrong in one place may be so in others.
    await rebuilds.rebuildAnew(productId);
    repairs.inc();
    return found.drift;
  }

  async function goRound(): Promise<void> {
    let sum = 0;
    const failed: { productId: string; error: unknown }[] = [];
    for await (const page of readListedProducts(parts.database)) {
      for (const productId of await onSale(parts, page)) {
        if (stop.signal.aborted) return;
        try {
          sum += await audit(productId);
        } catch (error) {
          // One that cannot be audited, for whatever reason, keeps none of the others from it.
          failed.push({ productId, error });
        }
      }
    }
    drift.set(sum);
    finishedAt.set(Date.now() / 1_000);
    tellFailed(failed);
  }

  /** In one line, however many: when catalog is away it is all of them. */
  function tellFailed(failed: readonly { productId: string; error: unknown }[]): void {
    const [first] = failed;
    if (!first) return;
    failures.inc(failed.length);
    const productIds = failed.slice(0, 20).map(({ productId }) => productId);
    log.error({ err: first.error, productIds, count: failed.length }, 'products could not be audited');
  }

  const rounds = workOff({ name: 'the audit', pauseMs: everyMs, log }, async () => {
    const ours = await guard.oncePer('audit', everyMs, goRound);
    // Another replica's turn: what this one found last is no news any more.
    if (!ours) drift.set(0);
    return 0;
  });
  return {
    close: () => {
      stop.abort();
      return rounds.close();
    },
  };
}

/** Those that are in Redis, and whose sale is not long over. What is COLD is right once it is asked for. */
async function onSale({ inventory }: AuditJobParts, page: readonly string[]): Promise<string[]> {
  const now = await inventory.now();
  const readings = await inventory.read(page);
  return page.filter((_, index) => {
    const reading = readings[index];
    return reading !== undefined && (reading.settings.closesAt ?? Infinity) > now - AFTER_CLOSING_MS;
  });
}
