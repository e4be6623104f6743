/** Somebody who wants to use a connection. */
export interface Caller {
  /** Uses it, which connects where nothing is connected yet; returns what ends that. */
  start(): () => void;
  /** The other side has acknowledged the connection. */
  reached(): void;
}

export interface Line {
  /** Starts the caller now or when it makes sense; returns what ends that. */
  call(caller: Caller): () => void;
  /** To be told of the connection: that it was acknowledged. */
  connected(): void;
  /** @param inOrder nobody needed it any more. */
  ended(inOrder: boolean): void;
  close(): void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** What did not stand for as long was no connection. */
const STANDS_MS = 5_000;
/** Two thousand a second: the other side has just come back, and each of them costs it a look at its database. */
const AT_ONCE = 100;
const APART_MS = 50;

/**
 * Of all who want to use a connection that is not there, one at a time finds out whether it can be made, less and less
 * often; the others wait for that, and come one after another.
 */
export function openLine(): Line {
  const waiting = new Map<Caller, { stop: () => void }>();
  let state: 'none' | 'connecting' | 'connected' = 'none';
  let first: Caller | undefined;
  let connectedAt = 0;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  function next(): Caller | undefined {
    for (const [caller, call] of waiting) {
      waiting.delete(caller);
      call.stop = caller.start();
      return caller;
    }
    return undefined;
  }

  function connect(): void {
    timer = undefined;
    first = next();
    if (first) state = 'connecting';
  }

  function admit(): void {
    timer = undefined;
    for (let count = 0; count < AT_ONCE; count += 1) next()?.reached();
    if (waiting.size > 0) timer = setTimeout(admit, APART_MS);
  }

  return {
    call: (caller) => {
      const call = { stop: () => undefined as void };
      waiting.set(caller, call);
      if (state === 'connected' && !timer) admit();
      else if (state === 'none' && !timer) connect();
      return () => {
        waiting.delete(caller);
        call.stop();
      };
    },
    connected: () => {
      state = 'connected';
      connectedAt = Date.now();
      first?.reached();
      first = undefined;
      admit();
    },
    ended: (inOrder) => {
      const stood = state === 'connected' && Date.now() - connectedAt > STANDS_MS;
      state = 'none';
      first = undefined;
      clearTimeout(timer);
      failures = stood || inOrder ? 0 : failures + 1;
      timer = setTimeout(connect, inOrder ? 0 : pause(failures));
    },
    close: () => {
      clearTimeout(timer);
      waiting.clear();
    },
  };
}

/** Doubling, and anywhere between half and whole: other gateways have lost it, too. */
function pause(failures: number): number {
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
  return whole * (0.5 + Math.random() / 2);
}
