import { openConnection, type Connection } from '../../load/connection.js';
import { openFlow, type Flow } from './flow.js';
import { stencil } from './stencil.js';
import { readTold, type Pressed } from './told.js';

/** One kind of request. */
export interface Kind {
  /** One for each person, sent in turn; a product's id and a key are put in their places. */
  requests: Uint8Array[];
  /** One of them, at random, is asked for. */
  products: Pressed[];
  /** The most connections between all. */
  connections: number;
  /** Of this machine, which they come from in turn: people of different addresses. Default: one. */
  addresses?: string[];
}

/** By a clock, so many a second whether the others are answered or not; or as many at a time, each after its answer. */
export type Pace = { perSecond: number } | { atATime: number };

export interface Presses {
  run(pace: Pace, seconds: number): Promise<Flow>;
  close(): void;
}

const TICK_MS = 1;
const SWEEP_MS = 250;
/** Longer than the gateway's own deadline. */
const ANSWER_WITHIN_MS = 15_000;
const NO_PRODUCT: Pressed = { id: '', soldOut: false };

/** @param answerWithinMs what is unanswered for so long has no answer */
export function openPresses(
  host: string,
  port: number,
  { requests, products, connections, addresses = [] }: Kind,
  answerWithinMs = ANSWER_WITHIN_MS,
): Presses {
  const stencils = requests.map(stencil);
  const idle: Connection[] = [];
  const inFlight = new Map<Connection, number>();
  let open = 0;
  let turn = 0;

  function take(most: number): Connection | undefined {
    if (inFlight.size >= most) return undefined;
    // The one that was used last: those that are not needed stay idle, as after a rush.
    return idle.pop() ?? openConnection(host, port, addresses[open++ % addresses.length]);
  }

  return {
    run: async (pace, seconds) => {
      const flow = openFlow();
      const began = performance.now();
      const elapsed = () => performance.now() - began;
      const endMs = seconds * 1_000;
      const isPaced = 'perSecond' in pace;
      const most = isPaced ? connections : Math.min(connections, pace.atATime);
      const gapMs = isPaced ? 1_000 / pace.perSecond : 0;
      const wanted = isPaced ? Math.max(1, Math.round(pace.perSecond * seconds)) : Infinity;
      let sent = 0;
      let finish: () => void;
      const finished = new Promise<void>((resolve) => (finish = resolve));

      function pump(): void {
        const now = elapsed();
        while (sent < wanted) {
          const dueMs = isPaced ? sent * gapMs : now;
          if (dueMs > now || dueMs >= endMs) return;
          const connection = take(most);
          if (connection) send(connection, dueMs);
          else if (now - dueMs < answerWithinMs) return;
          else giveUp(dueMs, now);
        }
      }

      function send(connection: Connection, dueMs: number): void {
        sent += 1;
        const product = products[Math.floor(Math.random() * products.length)] ?? NO_PRODUCT;
        inFlight.set(connection, performance.now());
        connection.send(stencils[turn++ % stencils.length]!(product.id), (answer) => {
          inFlight.delete(connection);
          idle.push(connection);
          flow.add(dueMs, elapsed(), readTold(answer, product));
          if (isOver()) finish();
          else pump();
        });
      }

      /** Of a platform that answers nobody, all would be waited for in turn. */
      function giveUp(dueMs: number, now: number): void {
        sent += 1;
        flow.add(dueMs, now, { outcome: `no connection free within ${answerWithinMs} ms` });
      }

      /** Whoever was to come has come, also who found no connection at first, and is answered. */
      const isOver = () => elapsed() >= endMs && flow.answers() === sent && (!isPaced || sent >= wanted);

      const tick = setInterval(() => (isOver() ? finish() : pump()), TICK_MS);
      const sweep = setInterval(() => {
        const now = performance.now();
        for (const [connection, since] of inFlight) {
          if (now - since > answerWithinMs) connection.abort(`no answer within ${answerWithinMs} ms`);
        }
      }, SWEEP_MS);
      try {
        pump();
        await finished;
      } finally {
        clearInterval(tick);
        clearInterval(sweep);
      }
      return flow.close(seconds, sent);
    },
    close: () => {
      for (const connection of [...idle, ...inFlight.keys()]) connection.close();
    },
  };
}
