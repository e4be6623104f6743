import type { Buyer } from '@stampede/shared/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { openConnection, type Connection } from '../load/connection.js';
import { monotonicMs } from '../measure/monotonic.js';
import { checkoutRequest } from './checkout-request.js';
import { readDecision } from './decision.js';

/** Buyers who press “buy” one after the other, at a pace that does not wait for answers. */
export interface Checkouts {
  /**
   * @param nextProduct whose unit is bought next
   * @param onOrder is told of each unit that was taken, at the moment at which its buyer is answered
   */
  run(
    pace: Pace,
    nextProduct: () => string,
    onOrder: (productId: string, at: number) => void,
  ): Promise<Tally>;
  close(): void;
}

export interface Pace {
  perSecond: number;
  seconds: number;
  /** What is not sent so long after the time it was to take is not sent at all: the pace is not kept. Default: 1,000. */
  graceMs?: number;
}

export interface Tally {
  orders: number;
  /** Answers that were no order, by what they were. */
  others: Record<string, number>;
  /** What was reached of the pace. */
  perSecond: number;
}

/** More than are under way at any pace that the platform keeps; beyond it, buyers wait for a connection. */
const MOST_CONNECTIONS = 256;
const ANSWER_WITHIN_MS = 30_000;
const GRACE_MS = 1_000;

export function openCheckouts(gateway: URL, buyers: Buyer[]): Checkouts {
  const idle: Connection[] = [];
  const all: Connection[] = [];
  let turn = 0;

  function take(): Connection | undefined {
    const free = idle.pop();
    if (free || all.length === MOST_CONNECTIONS) return free;
    const opened = openConnection(gateway.hostname, Number(gateway.port));
    all.push(opened);
    return opened;
  }

  return {
    run: async ({ perSecond, seconds, graceMs = GRACE_MS }, nextProduct, onOrder) => {
      const beganAt = monotonicMs();
      const wanted = Math.max(1, Math.round(perSecond * seconds));
      const others: Record<string, number> = {};
      let sent = 0;
      let orders = 0;
      let settled = 0;
      let lastAt = beganAt;

      function send(connection: Connection): void {
        const productId = nextProduct();
        const sentMs = monotonicMs();
        sent += 1;
        const request = checkoutRequest(gateway, buyers[turn++ % buyers.length]!, productId);
        connection.send(request, (answer) => {
          const answeredMs = monotonicMs();
          lastAt = answeredMs;
          idle.push(connection);
          settled += 1;
          const { status, body } = 'reason' in answer ? { status: 0, body: answer.reason } : answer;
          const { outcome } = readDecision({ sentMs, answeredMs, status, body, repeats: 0 });
          if (outcome === 'Order') {
            orders += 1;
            onOrder(productId, answeredMs);
          } else others[outcome] = (others[outcome] ?? 0) + 1;
        });
      }

      const givesUpAt = beganAt + seconds * 1_000 + graceMs;
      while (sent < wanted && monotonicMs() < givesUpAt) {
        const due = Math.min(wanted, Math.floor(((monotonicMs() - beganAt) / 1_000) * perSecond) + 1);
        for (let connection; sent < due && (connection = take());) send(connection);
        await pause(Math.max(1, beganAt + (sent / perSecond) * 1_000 - monotonicMs()));
      }
      const deadline = monotonicMs() + ANSWER_WITHIN_MS;
      while (settled < sent && monotonicMs() < deadline) await pause(5);
      if (settled < sent) {
        for (const connection of all) connection.abort(`no answer within ${ANSWER_WITHIN_MS} ms`);
      }
      const took = Math.max(lastAt - beganAt, (wanted / perSecond) * 1_000);
      return { orders, others, perSecond: (orders * 1_000) / took };
    },
    close: () => all.forEach((connection) => connection.close()),
  };
}
