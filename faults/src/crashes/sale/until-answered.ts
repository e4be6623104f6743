import type { GraphqlAnswer } from '@stampede/shared/testing';
import { setTimeout as sleep } from 'node:timers/promises';

/** Something was answered that must not be, or nothing was for too long. */
export class WrongAnswer extends Error {}

/** What is killed is back by then, and money is settled. */
const PATIENCE_MS = 90_000;
const PAUSE_MS = 200;

/**
 * Asks the same again for as long as nobody can answer: the connection breaks, or it is SERVICE_UNAVAILABLE with a time
 * to come back.
 *
 * @returns what the field says.
 * @throws WrongAnswer: while a process is away nothing else may be said, and not for ever.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as a GraphqlAnswer's data
export async function untilAnswered(field: string, ask: () => Promise<GraphqlAnswer>): Promise<any> {
  const begun = Date.now();
  for (;;) {
    const answer = await ask().catch(brokenConnection);
    if (answer && !answer.errors) return answer.data[field];
    for (const { message, extensions } of answer?.errors ?? []) {
      const { code, retryAfterMs } = extensions;
      if (code !== 'SERVICE_UNAVAILABLE') throw new WrongAnswer(`${field} was answered ${code}: ${message}`);
      if (!(Number(retryAfterMs) > 0)) throw new WrongAnswer(`${field} does not say when to come back`);
    }
    if (Date.now() > begun + PATIENCE_MS) {
      throw new WrongAnswer(
        `${field} was not answered: ${JSON.stringify(answer?.errors ?? 'no connection')}`,
      );
    }
    await sleep(PAUSE_MS);
  }
}

/** Of the gateway, or of a body that is cut off: the operation may have been done, or not. */
function brokenConnection(error: unknown): undefined {
  if (error instanceof Error) return undefined;
  throw error;
}

/** Looks again until it is so. @throws WrongAnswer that says what there is in its place */
export async function untilSo<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const begun = Date.now();
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > begun + PATIENCE_MS) throw new WrongAnswer(`it never came about that ${what}`);
    await sleep(PAUSE_MS);
  }
}

/** Time enough for what comes about where nothing crashes; a crash may keep it from ever being so. */
const SOON_MS = 15_000;

/** Waits for what others do meanwhile, and goes on without it: what is told to a customer is held to more. */
export async function isSoon(look: () => Promise<boolean>): Promise<boolean> {
  const begun = Date.now();
  while (Date.now() < begun + SOON_MS) {
    if (await look()) return true;
    await sleep(PAUSE_MS / 4);
  }
  return false;
}
