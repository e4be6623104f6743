export interface PongWatch {
  pinged(): void;
  ponged(): void;
  close(): void;
}

/** Calls back when a ping has not been answered in time. */
export function openPongWatch(withinMs: number, onSilent: () => void): PongWatch {
  let timer: NodeJS.Timeout | undefined;

  function ponged(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    pinged: () => {
      ponged();
      const mine = setTimeout(() => {
        // Not before what has come meanwhile is read: after a long pause of ours, timers come first.
        setImmediate(() => {
          if (timer === mine) onSilent();
        });
      }, withinMs);
      timer = mine;
    },
    ponged,
    close: ponged,
  };
}
