import { openConnection, type Connection, type NoAnswer } from '../../load/connection.js';
import type { HttpAnswer } from '../../load/read-answer.js';
import { openHistogram, record, type Histogram } from '../../measure/histogram.js';
import { readStock, type StockRead } from './read-stock.js';
import { asker } from './stock-request.js';

/** Reads of stock over connections that each have one in flight, as browsers do. */
export interface Reader {
  /** Reads every product once. @throws Error when one is not answered */
  sweep(ids: string[]): Promise<StockRead[]>;
  /** Reads products at random for so many seconds. */
  run(wish: { ids: string[]; seconds: number }, onProgress: (reads: number) => void): Promise<Reads>;
  close(): void;
}

export interface Reads {
  reads: number;
  /** From the first request to the last answer. */
  seconds: number;
  /** Milliseconds from each request on the wire to its answer. */
  times: Histogram;
  /** How old what was told was as it came, in milliseconds, by this machine's clock. */
  ages: Histogram;
  /** Answers that told no stock of the product that was asked for, by how they begin. */
  failures: Record<string, number>;
}

const PROGRESS_MS = 100;
const ANSWER_WITHIN_MS = 30_000;

/** @param requests one for each connection, as `stockRequest` makes it */
export function openReader(host: string, port: number, requests: Uint8Array[]): Reader {
  const all = requests.map((request) => ({
    connection: openConnection(host, port),
    ask: asker(Buffer.from(request)),
  }));
  type Line = (typeof all)[number];

  const readOne = ({ connection, ask }: Line, id: string) =>
    new Promise<StockRead>((resolve, reject) => {
      connection.send(ask(id), (answer) => {
        const stock = stockOf(answer);
        if (stock?.id === id) resolve(stock);
        else reject(new Error(`product ${id} is not told: ${beginningOf(answer)}`));
      });
    });

  return {
    sweep: async (ids) => {
      const left = ids.values();
      const found: StockRead[] = [];
      const reader = async (line: Line) => {
        for (const id of left) found.push(await readOne(line, id));
      };
      await Promise.all(all.map(reader));
      return found;
    },
    run: ({ ids, seconds }, onProgress) => readAtRandom(all, ids, seconds, onProgress),
    close: () => all.forEach(({ connection }) => connection.close()),
  };
}

async function readAtRandom(
  all: { connection: Connection; ask: (id: string) => Buffer }[],
  ids: string[],
  seconds: number,
  onProgress: (reads: number) => void,
): Promise<Reads> {
  const times = openHistogram();
  const ages = openHistogram();
  const failures: Record<string, number> = {};
  const sentAt = new Map<Connection, number>();
  let reads = 0;
  const beganAt = performance.now();
  const endsAt = beganAt + seconds * 1_000;

  const readOn = ({ connection, ask }: (typeof all)[number]) =>
    new Promise<void>((resolve) => {
      function next(): void {
        const sent = performance.now();
        if (sent >= endsAt) {
          sentAt.delete(connection);
          resolve();
          return;
        }
        const id = ids[Math.floor(Math.random() * ids.length)]!;
        sentAt.set(connection, sent);
        connection.send(ask(id), (answer) => {
          record(times, performance.now() - sent);
          reads += 1;
          const stock = stockOf(answer);
          if (stock?.id === id) record(ages, Date.now() - stock.asOf);
          else {
            const beginning = beginningOf(answer);
            failures[beginning] = (failures[beginning] ?? 0) + 1;
          }
          next();
        });
      }
      next();
    });

  const timer = setInterval(() => {
    onProgress(reads);
    const late = performance.now() - ANSWER_WITHIN_MS;
    for (const [connection, sent] of sentAt) {
      if (sent < late) connection.abort(`no answer within ${ANSWER_WITHIN_MS} ms`);
    }
  }, PROGRESS_MS);
  try {
    await Promise.all(all.map(readOn));
  } finally {
    clearInterval(timer);
  }
  return { reads, seconds: (performance.now() - beganAt) / 1_000, times, ages, failures };
}

const stockOf = (answer: HttpAnswer | NoAnswer): StockRead | undefined =>
  'reason' in answer || answer.status !== 200 ? undefined : readStock(answer.body);

const beginningOf = (answer: HttpAnswer | NoAnswer): string =>
  'reason' in answer ? answer.reason : `${answer.status}: ${answer.body.slice(0, 120)}`;
