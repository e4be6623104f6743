import { openConnection, type NoAnswer } from '../../load/connection.js';
import type { HttpAnswer } from '../../load/read-answer.js';
import { openHistogram, record, type Histogram } from '../../measure/histogram.js';
import { openLine, type Line } from './line.js';
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

const LOOK_MS = 100;
const ANSWER_WITHIN_MS = 30_000;

/**
 * @param requests one for each connection, as `stockRequest` makes it
 * @param answerWithinMs what is unanswered for so long has no answer
 */
export function openReader(
  host: string,
  port: number,
  requests: Uint8Array[],
  answerWithinMs = ANSWER_WITHIN_MS,
): Reader {
  const all = requests.map((request) =>
    openLine(openConnection(host, port), asker(Buffer.from(request)), answerWithinMs),
  );
  const late = setInterval(() => all.forEach((line) => line.giveUpLate()), LOOK_MS);

  const readOne = (line: Line, id: string) =>
    new Promise<StockRead>((resolve, reject) => {
      line.ask(id, (answer) => {
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
    close: () => {
      clearInterval(late);
      all.forEach((line) => line.close());
    },
  };
}

async function readAtRandom(
  all: Line[],
  ids: string[],
  seconds: number,
  onProgress: (reads: number) => void,
): Promise<Reads> {
  const times = openHistogram();
  const ages = openHistogram();
  const failures: Record<string, number> = {};
  let reads = 0;
  const beganAt = performance.now();
  const endsAt = beganAt + seconds * 1_000;

  const readOn = (line: Line) =>
    new Promise<void>((resolve) => {
      function next(): void {
        if (performance.now() >= endsAt) {
          resolve();
          return;
        }
        const id = ids[Math.floor(Math.random() * ids.length)]!;
        line.ask(id, (answer, tookMs) => {
          record(times, tookMs);
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

  const progress = setInterval(() => onProgress(reads), LOOK_MS);
  try {
    await Promise.all(all.map(readOn));
  } finally {
    clearInterval(progress);
  }
  return { reads, seconds: (performance.now() - beganAt) / 1_000, times, ages, failures };
}

const stockOf = (answer: HttpAnswer | NoAnswer): StockRead | undefined =>
  'reason' in answer || answer.status !== 200 ? undefined : readStock(answer.body);

const beginningOf = (answer: HttpAnswer | NoAnswer): string =>
  'reason' in answer ? answer.reason : `${answer.status}: ${answer.body.slice(0, 120)}`;
