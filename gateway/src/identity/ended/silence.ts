const LOOK_EVERY_MS = 100;

export interface SilenceOptions {
  withinMs: () => number;
  /** When something was last heard, by the clock of `performance.now()`. */
  heardAt: () => number;
  /** Called again and again while it lasts. */
  onSilent: () => void;
}

/**
 * Notices that nothing has been heard for so long. Not before what has come meanwhile is read: after a long pause of
 * ours, as in the second in which a sale opens, timers come first, and what the sockets hold after them.
 */
export function watchSilence({ withinMs, heardAt, onSilent }: SilenceOptions): { close(): void } {
  let closed = false;
  const isSilent = () => !closed && performance.now() - heardAt() > withinMs();
  const timer = setInterval(() => {
    if (!isSilent()) return;
    setImmediate(() => {
      if (isSilent()) onSilent();
    });
  }, LOOK_EVERY_MS).unref();
  return {
    close: () => {
      closed = true;
      clearInterval(timer);
    },
  };
}
