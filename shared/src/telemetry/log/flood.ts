import { pino, type LogFn } from 'pino';

/** Of one message and level, in a window; what is over is counted, and told at the window's end. */
const MOST_LINES = 50;
const WINDOW_MS = 10_000;
/** Messages are texts of the code, some with a name in them: far fewer than this. */
const MOST_MESSAGES = 1_000;
/** Whoever asks for more than `info` wants it all. */
const LEAST_LEVEL = pino.levels.values.info as number;

interface Window {
  lines: number;
  unsaid: number;
}

/**
 * Bounds what an attack or an outage writes, where each of ten thousand requests a second has the same to say: 50 lines
 * of a message in 10 s, then one that says how many more there were.
 *
 * @returns pino's hook, which is called when a line is about to be written.
 */
export function boundFloods() {
  const windows = new Map<string, Window>();

  function open(key: string, end: (unsaid: number) => void): Window {
    if (windows.size >= MOST_MESSAGES) windows.clear();
    const opened: Window = { lines: 0, unsaid: 0 };
    windows.set(key, opened);
    setTimeout(() => {
      if (windows.get(key) === opened) windows.delete(key);
      if (opened.unsaid > 0) end(opened.unsaid);
    }, WINDOW_MS).unref();
    return opened;
  }

  return function logMethod(this: unknown, args: Parameters<LogFn>, method: LogFn, level: number): void {
    if (level < LEAST_LEVEL) return method.apply(this as never, args);
    const message = messageOf(args);
    const key = `${level} ${message}`;
    const tellRest = (unsaid: number) =>
      method.apply(this as never, [{ unsaid, inMs: WINDOW_MS }, message] as Parameters<LogFn>);
    const window = windows.get(key) ?? open(key, tellRest);
    if (window.lines < MOST_LINES) {
      window.lines += 1;
      method.apply(this as never, args);
    } else window.unsaid += 1;
  };
}

const messageOf = ([first, second]: readonly unknown[]): string =>
  typeof first === 'string' ? first : typeof second === 'string' ? second : '';
