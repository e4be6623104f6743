/** What is done at a step of a purchase; each is passed before and after. */
export type Action =
  /** A transaction, or one writing statement that is a commit of its own. */
  | 'commit'
  /** A message, confirmed by the broker. */
  | 'publish'
  /** A delivery, acknowledged. */
  | 'ack'
  /** A script in Redis. */
  | 'script'
  /** A request to a payment provider. */
  | 'call'
  /** A question to another subgraph. */
  | 'ask';

/** `WHAT/ACTION/before` or `WHAT/ACTION/after`: `place-order/commit/before`. */
export type CrashPoint = `${string}/${Action}/${'before' | 'after'}`;

/** Is told of each point that is passed: what it throws or rejects with fails the step there, what it awaits holds it up. */
export type CrashPointListener = (point: CrashPoint) => void | Promise<void>;

let listener: CrashPointListener | undefined;

/** Whether anybody listens. To be looked at before a name is put together: elsewhere a crash point costs this look. */
export const isWatched = (): boolean => listener !== undefined;

/**
 * Listens to the crash points of this process; one at a time does.
 *
 * @returns ends it.
 * @throws Error when somebody listens already.
 */
export function onCrashPoint(told: CrashPointListener): () => void {
  if (listener) throw new Error('somebody listens to the crash points already');
  listener = told;
  return () => {
    listener = undefined;
  };
}

/** A place at which a process may be made to die, or a step to fail. @throws what the listener does. */
export async function crashPoint(point: CrashPoint): Promise<void> {
  await listener?.(point);
}

/**
 * Does one step between its two crash points: a listener that fails the second fails the step although it is done, as
 * for a caller who never hears of it.
 *
 * @param what names the step, of a bounded set.
 */
export function passing<T>(what: string, action: Action, work: () => Promise<T>): Promise<T> {
  return isWatched() ? passWatched(what, action, work) : work();
}

/** Claims what is due, by a statement that is a commit of its own; only one that finds something passes its crash point. */
export async function passingClaim<T>(what: string, claim: () => Promise<T[]>): Promise<T[]> {
  const claimed = await claim();
  if (claimed.length > 0 && isWatched()) await crashPoint(`${what}/commit/after`);
  return claimed;
}

async function passWatched<T>(what: string, action: Action, work: () => Promise<T>): Promise<T> {
  await crashPoint(`${what}/${action}/before`);
  const result = await work();
  await crashPoint(`${what}/${action}/after`);
  return result;
}
