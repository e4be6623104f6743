import { workOff, type Repetition } from '../background/index.js';
import type { Database } from '../database/index.js';
import type { Log, Metrics } from '../telemetry/index.js';

const EVERY_MS = 5_000;

/**
 * By when they are due, which is soon after they were written, and then again after each try: the most that one was
 * tried says for how long Redis has not taken it. Counting stops somewhere: a gauge must not itself be a load.
 */
const WAITING = `
  SELECT count(*) AS rows, coalesce(max(attempts), 0)::int AS attempts
  FROM (SELECT attempts FROM stock_effect LIMIT 100000) waiting`;

/** Measures how far Redis is behind what PostgreSQL has committed. Every replica reports all: take the maximum. */
export function watchWaitingEffects(database: Database, metrics: Metrics, log: Log): Repetition {
  const waiting = metrics.gauge('stock_effects_waiting', 'Changes of stock that Redis has not been told.');
  const attempts = metrics.gauge(
    'stock_effects_attempts',
    'How often that one of them was tried that was tried most; after some 6 tries they are 5 s apart.',
  );
  return workOff({ name: 'the look at stock effects', pauseMs: EVERY_MS, log }, async () => {
    const [found] = await database.query<{ rows: number; attempts: number }>(WAITING);
    waiting.set(found?.rows ?? 0);
    attempts.set(found?.attempts ?? 0);
    return 0;
  });
}
