import { performance } from 'node:perf_hooks';
import { openConnection, type Connection, type NoAnswer } from './connection.js';
import type { HttpAnswer } from './read-answer.js';

/** What became of one request. Times are milliseconds since the load began. */
export interface LoadAnswer {
  /** When it was (last) written to its connection. */
  sentMs: number;
  answeredMs: number;
  /** 0 when no answer came; `body` says why. */
  status: number;
  body: string;
  /** How often it was sent again because the server had asked for that. */
  repeats: number;
}

export interface LoadOptions {
  /** Whole HTTP requests, each sent once, in this order. */
  requests: Uint8Array[];
  /** `Date.now()` at which the first ones go out. Default: at once. */
  at?: number;
  /** Sends a request again, as it is, when it was answered SERVICE_UNAVAILABLE, after the time that it was told. */
  repeatUnavailable?: boolean;
  /** A request that is unanswered for so long has no answer. */
  answerWithinMs?: number;
  /** Is called ten times a second, and with each tenth of the requests, with how many requests have been settled. */
  onProgress?: (settled: number) => void;
}

/** Connections to one server, opened once and used for all loads. */
export interface LoadGenerator {
  /** Sends one request over each connection. @returns its answers, with the moments around each. */
  eachConnection(request: Uint8Array): Promise<{ sentAt: number; answeredAt: number; body: string }[]>;
  /** Puts the load on; resolves when each request has its answer, or will have none. */
  run(options: LoadOptions): Promise<LoadResult>;
  close(): void;
}

export interface LoadResult {
  /** `Date.now()` when the load began. */
  beganAt: number;
  /** In the order of the requests. */
  answers: LoadAnswer[];
}

const OPENED_AT_ONCE = 64;
const SWEEP_MS = 250;
const PROGRESS_MS = 100;
/** A buyer whom nobody can serve for so many repeats is told what the last one said. */
const MOST_REPEATS = 30;

export function openLoad(host: string, port: number, connections: number): LoadGenerator {
  const all = Array.from({ length: connections }, () => openConnection(host, port));
  return {
    eachConnection: (request) => askEach(all, request),
    run: (options) => runLoad(all, options),
    close: () => all.forEach((connection) => connection.close()),
  };
}

/** Not all at once: it is the opening that is measured, not ten thousand connections that are made in a moment. */
async function askEach(connections: Connection[], request: Uint8Array) {
  const answers: Awaited<ReturnType<typeof ask>>[] = [];
  const left = connections.values();
  const opener = async () => {
    for (const connection of left) answers.push(await ask(connection, request));
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, opener));
  return answers;
}

function ask(connection: Connection, request: Uint8Array) {
  const sentAt = Date.now();
  return new Promise<{ sentAt: number; answeredAt: number; body: string }>((resolve, reject) => {
    connection.send(request, (answer) => {
      if ('reason' in answer) reject(new Error(answer.reason));
      else if (answer.status !== 200) reject(new Error(`${answer.status}: ${answer.body}`));
      else resolve({ sentAt, answeredAt: Date.now(), body: answer.body });
    });
  });
}

async function runLoad(connections: Connection[], options: LoadOptions): Promise<LoadResult> {
  const { requests, at = 0, repeatUnavailable = false, answerWithinMs = 30_000, onProgress } = options;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
  // A timer may fire up to a millisecond early.
  while (Date.now() < at) await new Promise(setImmediate);
  const beganAt = Date.now();
  const began = performance.now();
  const answers: (LoadAnswer | undefined)[] = requests.map(() => undefined);
  const inFlight = new Map<Connection, number>();
  const again: { index: number; repeats: number; notBefore: number }[] = [];
  const idle: Connection[] = [];
  const tenth = Math.ceil(requests.length / 10);
  let next = 0;
  let settled = 0;
  let finish: () => void;
  const finished = new Promise<void>((resolve) => (finish = resolve));

  function serve(connection: Connection): void {
    const due = again[0] && again[0].notBefore <= performance.now() ? again.shift() : undefined;
    if (due) send(connection, due.index, due.repeats);
    else if (next < requests.length) send(connection, next++, 0);
    else idle.push(connection);
  }

  function send(connection: Connection, index: number, repeats: number): void {
    const sent = performance.now();
    inFlight.set(connection, sent);
    connection.send(requests[index]!, (answer) => {
      inFlight.delete(connection);
      const answered = performance.now();
      const delayMs = repeatUnavailable && repeats < MOST_REPEATS ? repeatDelayMs(answer) : undefined;
      if (delayMs !== undefined) {
        again.push({ index, repeats: repeats + 1, notBefore: answered + delayMs });
      } else {
        const { status, body } = 'reason' in answer ? { status: 0, body: answer.reason } : answer;
        answers[index] = { sentMs: sent - began, answeredMs: answered - began, status, body, repeats };
        settled += 1;
        if (settled % tenth === 0) onProgress?.(settled);
        if (settled === requests.length) finish();
      }
      serve(connection);
    });
  }

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [connection, sent] of inFlight) {
      if (now - sent > answerWithinMs) connection.abort(`no answer within ${answerWithinMs} ms`);
    }
    again.sort((one, other) => one.notBefore - other.notBefore);
    for (const connection of idle.splice(0, again.length)) serve(connection);
  }, SWEEP_MS);
  const progress = onProgress && setInterval(() => onProgress(settled), PROGRESS_MS);
  try {
    if (requests.length === 0) return { beganAt, answers: [] };
    for (const connection of connections) serve(connection);
    await finished;
  } finally {
    clearInterval(sweep);
    clearInterval(progress);
  }
  onProgress?.(settled);
  return { beganAt, answers: answers as LoadAnswer[] };
}

/** How long to wait before the request is sent again, if the server asks for that. */
function repeatDelayMs(answer: HttpAnswer | NoAnswer): number | undefined {
  if ('reason' in answer || !answer.body.includes('SERVICE_UNAVAILABLE')) return undefined;
  const away = errorsOf(answer.body).find(({ extensions }) => extensions?.code === 'SERVICE_UNAVAILABLE');
  return away && (away.extensions?.retryAfterMs ?? 1_000);
}

function errorsOf(body: string): { extensions?: { code?: string; retryAfterMs?: number } }[] {
  try {
    return (JSON.parse(body) as { errors?: [] }).errors ?? [];
  } catch {
    // Not the gateway's: whoever reads the answers will say that it is not understood.
    return [];
  }
}
