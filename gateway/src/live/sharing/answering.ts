import type { StreamEvent } from '../subgraph/subgraph-streams.js';

export interface Answered {
  payload: Buffer;
  /** Something that it would say is away at present, and may be asked for again. */
  lacking: boolean;
}

export interface AnsweringOptions {
  /** What an event is about. */
  keyOf: (event: StreamEvent) => string;
  /** Must not reject. */
  answer: (event: StreamEvent) => Promise<Answered>;
  onAnswer: (key: string, payload: Buffer) => void;
}

interface Lacking {
  event: StreamEvent;
  payload: Buffer;
  timer: NodeJS.Timeout;
  tries: number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Answers events one at a time. When they come faster than the rest of the plan can be asked for, only the newest of
 * each key is answered. An answer that lacks something is made again until it does not, or a newer event of its key
 * has come: it may be the last one for hours.
 */
export function openAnswering({ keyOf, answer, onAnswer }: AnsweringOptions) {
  const waiting = new Map<string, StreamEvent>();
  const lacking = new Map<string, Lacking>();
  let busy = false;
  let closed = false;
  let last: (() => void) | undefined;

  async function work(): Promise<void> {
    busy = true;
    for (const [key, event] of waiting) {
      waiting.delete(key);
      const answered = await answer(event);
      if (closed) return;
      settle(key, event, answered);
    }
    busy = false;
    last?.();
  }

  function settle(key: string, event: StreamEvent, answered: Answered): void {
    const before = lacking.get(key);
    const again = before?.event === event ? before : undefined;
    if (!again?.payload.equals(answered.payload)) onAnswer(key, answered.payload);
    forget(key);
    if (!answered.lacking || waiting.has(key)) return;
    const tries = again ? again.tries + 1 : 0;
    const timer = setTimeout(() => put(key, event), pause(tries));
    lacking.set(key, { event, payload: answered.payload, timer, tries });
  }

  function put(key: string, event: StreamEvent): void {
    // A key keeps its place: what changes all the time would otherwise never come to its turn.
    waiting.set(key, event);
    if (!busy) void work();
  }

  function forget(key: string): void {
    clearTimeout(lacking.get(key)?.timer);
    lacking.delete(key);
  }

  function drop(): void {
    waiting.clear();
    for (const key of lacking.keys()) forget(key);
  }

  return {
    take: (event: StreamEvent): void => {
      const key = keyOf(event);
      forget(key);
      put(key, event);
    },
    /** Calls `then` when everything taken has been answered. */
    finish: (then: () => void): void => {
      last = then;
      if (!busy) then();
    },
    /** Forgets what is not answered yet. */
    drop,
    close: (): void => {
      closed = true;
      drop();
    },
  };
}

/** Doubling, and anywhere between half and whole: thousands may lack the same. */
function pause(tries: number): number {
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10));
  return whole * (0.5 + Math.random() / 2);
}
