import type { Replica, Replicas } from '@stampede/shared/spread';
import { Client } from 'undici';
import { watchSilence } from './silence.js';

export interface KeptLinesOptions {
  /** Who may be asked: another one after each failure, if there is another. */
  replicas: Pick<Replicas, 'pick'>;
  path: string;
  /** For each request anew: a signature is good for a moment. */
  headers: () => Record<string, string>;
  /** Milliseconds without a byte after which a connection, made or being made, is given up. */
  silentMs: () => number;
  /** @throws what ends the connection: a line that cannot be read. */
  onLine: (line: string) => void;
  onLost: (reason: Error) => void;
}

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 250;
/** What did not stand for as long was no connection. */
const STANDS_MS = 1_000;
const LONGEST_LINE = 1024 * 1024;

/** Keeps a response of lines going, by asking for it again at once when it ends, and then for ever. */
export function keepLines(options: KeptLinesOptions): { close(): Promise<void> } {
  const { replicas, path, headers, silentMs, onLine, onLost } = options;
  let attempts = 0;
  let failures = 0;
  let startedAt = 0;
  let heardAt = 0;
  let rest = '';
  let timer: NodeJS.Timeout | undefined;
  let client: Client | undefined;
  let at: Replica | undefined;
  let gone: Promise<void> = Promise.resolve();

  function attempt(): void {
    timer = undefined;
    attempts += 1;
    const mine = attempts;
    const over = (reason: Error) => {
      if (mine === attempts) lost(reason);
    };
    startedAt = heardAt = performance.now();
    rest = '';
    // A connection of its own, so that giving it up is closing it.
    at = replicas.pick(at);
    const connect = { timeout: silentMs(), ...(at.lookup && { lookup: at.lookup }) };
    client = new Client(at.origin, { headersTimeout: 0, bodyTimeout: 0, connect });
    client.dispatch(
      { method: 'GET', path, headers: headers() },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, status) => {
          if (status !== 200) over(new Error(`the answer was ${status}`));
        },
        onResponseData: (_, chunk) => {
          if (mine === attempts) hear(chunk.toString());
        },
        onResponseEnd: () => over(new Error('it ended')),
        onResponseError: (_, error) => over(error),
      },
    );
  }

  function hear(text: string): void {
    heardAt = performance.now();
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    try {
      if (rest.length > LONGEST_LINE) throw new Error('a line has no end');
      for (const line of lines) onLine(line);
    } catch (error) {
      lost(error as Error);
    }
  }

  function lost(reason: Error): void {
    attempts += 1;
    const stood = heardAt - startedAt > STANDS_MS;
    failures = stood ? 0 : failures + 1;
    hangUp();
    timer = setTimeout(attempt, failures === 0 ? 0 : pause(failures));
    onLost(reason);
  }

  function hangUp(): void {
    // What it was waiting for fails by this, which is told to nobody any more.
    gone = client?.destroy() ?? Promise.resolve();
    client = undefined;
  }

  const silence = watchSilence({
    withinMs: silentMs,
    heardAt: () => (client ? heardAt : performance.now()),
    onSilent: () => lost(new Error(`nothing was heard for ${silentMs()} ms`)),
  });
  attempt();
  return {
    close: async () => {
      attempts += 1;
      silence.close();
      clearTimeout(timer);
      hangUp();
      await gone;
    },
  };
}

/** Doubling, and anywhere between half and whole: other gateways have lost it, too. */
function pause(failures: number): number {
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
  return whole * (0.5 + Math.random() / 2);
}
