import type { Platform } from '../platform.js';
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicMs } from '../measure/monotonic.js';

/** Tells buyers that their order is CONFIRMED. */
export interface Confirmations {
  /** When it was seen, by the machine's monotonic clock. @throws Error when it never is */
  of(orderId: string): Promise<number>;
  close(): Promise<void>;
}

const LOOK_MS = 20;
const CONFIRMED_WITHIN_MS = 60_000;

interface Waiting {
  since: number;
  resolve: (at: number) => void;
  reject: (error: Error) => void;
}

/**
 * Asks the database for all who wait, one statement every 20 ms: as many buyers asking the gateway, or following their
 * orders, would be measured as well.
 */
export function openConfirmations({ sql }: Pick<Platform, 'sql'>): Confirmations {
  const waiting = new Map<string, Waiting>();
  let closed = false;

  async function look(): Promise<void> {
    const rows = await sql('order').query<{ order_id: string }>(
      `SELECT order_id FROM order_event WHERE order_id = ANY($1::uuid[]) AND status = 'CONFIRMED'`,
      [[...waiting.keys()]],
    );
    const at = monotonicMs();
    for (const { order_id: id } of rows) {
      waiting.get(id)?.resolve(at);
      waiting.delete(id);
    }
    for (const [id, { since, reject }] of waiting) {
      if (at - since < CONFIRMED_WITHIN_MS) continue;
      reject(new Error(`order ${id} is not CONFIRMED after ${CONFIRMED_WITHIN_MS} ms`));
      waiting.delete(id);
    }
  }

  const looking = (async () => {
    for (; !closed; await pause(LOOK_MS)) if (waiting.size > 0) await look();
  })().catch((error: unknown) => {
    closed = true;
    for (const { reject } of waiting.values()) reject(error as Error);
  });

  return {
    of: (orderId) =>
      new Promise((resolve, reject) => {
        if (closed) reject(new Error('nobody looks for confirmations any more'));
        else waiting.set(orderId, { since: monotonicMs(), resolve, reject });
      }),
    close: async () => {
      closed = true;
      await looking;
    },
  };
}
