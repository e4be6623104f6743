export interface NewestOptions {
  /** @param written called when the system has taken it over. */
  write: (payload: Buffer, written: () => void) => void;
  /** A payload was overtaken before it could be written. */
  onConflated: () => void;
}

/** One payload on its way and one that waits, the newest: whoever reads slowly holds no queue. */
export function openNewest({ write, onConflated }: NewestOptions) {
  let writing = false;
  let waiting: Buffer | undefined;
  let last: (() => void) | undefined;

  function begin(payload: Buffer): void {
    writing = true;
    write(payload, written);
  }

  function written(): void {
    writing = false;
    const next = waiting;
    waiting = undefined;
    if (next) begin(next);
    else last?.();
  }

  return {
    push: (payload: Buffer): void => {
      if (!writing) {
        begin(payload);
        return;
      }
      if (waiting) onConflated();
      waiting = payload;
    },
    /** Calls `then` when nothing waits any more. */
    finish: (then: () => void): void => {
      if (writing) last = then;
      else then();
    },
  };
}
