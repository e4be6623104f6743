import type { StreamEvent } from '../subgraph/subgraph-streams.js';

export interface AnsweringOptions {
  /** What an event is about. */
  keyOf: (event: StreamEvent) => string;
  /** Must not reject. */
  answer: (event: StreamEvent) => Promise<Buffer>;
  onAnswer: (key: string, payload: Buffer) => void;
}

/**
 * Answers events one at a time. When they come faster than the rest of the plan can be asked for, only the newest of
 * each key is answered.
 */
export function openAnswering({ keyOf, answer, onAnswer }: AnsweringOptions) {
  const waiting = new Map<string, StreamEvent>();
  let busy = false;
  let closed = false;
  let last: (() => void) | undefined;

  async function work(): Promise<void> {
    busy = true;
    for (const [key, event] of waiting) {
      waiting.delete(key);
      const payload = await answer(event);
      if (closed) return;
      onAnswer(key, payload);
    }
    busy = false;
    last?.();
  }

  return {
    take: (event: StreamEvent): void => {
      const key = keyOf(event);
      waiting.delete(key);
      waiting.set(key, event);
      if (!busy) void work();
    },
    /** Calls `then` when everything taken has been answered. */
    finish: (then: () => void): void => {
      last = then;
      if (!busy) then();
    },
    close: (): void => {
      closed = true;
      waiting.clear();
    },
  };
}
