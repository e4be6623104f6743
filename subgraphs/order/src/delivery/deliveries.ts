import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { readOverdue } from './read-overdue.js';
import type { DeliverySchedule } from './schedule.js';
import { takeStep } from './take-step.js';

export interface DeliveryParts {
  database: Database;
  guard: Guard;
  schedule: DeliverySchedule;
  log: Log;
  metrics: Metrics;
}

const PAUSE_MS = 1_000;
const MEASURE_PAUSE_MS = 5_000;
/** How long nobody takes a step after the replica died that did. */
const TURN_TTL_MS = 3_000;

/**
 * Takes orders through the steps of their delivery as they fall due, in one replica at a time. Without Redis nobody
 * knows whose turn it is: the steps wait, and are caught up with after it.
 */
export function openDeliveries(parts: DeliveryParts): Repetition[] {
  const { database, guard, schedule, log, metrics } = parts;
  const { steps, carrier } = schedule;
  const taken = metrics.counter('delivery_steps_total', 'Steps that orders took by schedule.', ['status']);
  const overdue = metrics.gauge(
    'delivery_overdue_seconds',
    'For how long the step of a delivery has been due that has waited longest. Every replica reports it: take the maximum.',
  );
  if (steps.length === 0) return [];

  /** A batch of each step: who takes the next ones is open again after it. */
  async function takeSteps(): Promise<number> {
    let found = 0;
    for (const step of steps) {
      const count = await takeStep(database, step, carrier);
      taken.inc({ status: step.to }, count);
      found += count;
    }
    return found;
  }

  return [
    workOff({ name: 'the delivery schedule', pauseMs: PAUSE_MS, log }, async () => {
      return (await guard.alone('delivery', TURN_TTL_MS, takeSteps)) ?? 0;
    }),
    workOff({ name: 'the look for overdue deliveries', pauseMs: MEASURE_PAUSE_MS, log }, async () => {
      overdue.set(await readOverdue(database, steps));
      return 0;
    }),
  ];
}
