import { monotonicMs } from '../../measure/monotonic.js';
import type { Told } from './told.js';

/** What became of the requests of one kind. Columns are in the order of the answers. */
export interface Flow {
  /** By the system's monotonic clock, in milliseconds. */
  beganAt: number;
  seconds: number;
  sent: number;
  /** Milliseconds from the beginning to the moment at which each was to be sent. */
  at: Float64Array;
  /** Milliseconds from that moment to its answer. */
  took: Float64Array;
  /** Which of `outcomes` each was told. */
  told: Uint16Array;
  outcomes: string[];
  /** Ids of the orders that buyers were told of. */
  orders: string[];
}

/** Many different texts would be one for each answer. */
const MOST_OUTCOMES = 100;
const FIRST_ROWS = 65_536;

export function openFlow() {
  const beganAt = monotonicMs();
  let at = new Float64Array(FIRST_ROWS);
  let took = new Float64Array(FIRST_ROWS);
  let told = new Uint16Array(FIRST_ROWS);
  let rows = 0;
  const numbers = new Map<string, number>();
  const orders: string[] = [];

  function numberOf(outcome: string): number {
    const name = numbers.size < MOST_OUTCOMES || numbers.has(outcome) ? outcome : 'others';
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  }

  function grow(): void {
    const longer = <T extends Float64Array | Uint16Array>(column: T, empty: T): T => {
      empty.set(column);
      return empty;
    };
    at = longer(at, new Float64Array(rows * 2));
    took = longer(took, new Float64Array(rows * 2));
    told = longer(told, new Uint16Array(rows * 2));
  }

  return {
    add: (dueMs: number, answeredMs: number, { outcome, id }: Told): void => {
      if (rows === at.length) grow();
      at[rows] = dueMs;
      took[rows] = answeredMs - dueMs;
      told[rows] = numberOf(outcome);
      rows += 1;
      if (id !== undefined) orders.push(id);
    },
    answers: () => rows,
    close: (seconds: number, sent: number): Flow => ({
      beganAt,
      seconds,
      sent,
      at: at.slice(0, rows),
      took: took.slice(0, rows),
      told: told.slice(0, rows),
      outcomes: [...numbers.keys()],
      orders,
    }),
  };
}
