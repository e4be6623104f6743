/** Whether an address is worth a request, by how the last ones to it ended. */
export interface Breaker {
  /** Whether it may be asked: it is closed, or a trial is due. */
  lets(): boolean;
  isClosed(): boolean;
  /** A request goes to it: while it is open, that is the trial, and no other is let through until it is overdue. */
  began(): void;
  /** It gave a whole answer, whatever that says. */
  answered(): void;
  /** @param refused it took no connection: nobody is there, which is certain at once. */
  failed(refused: boolean): void;
}

/** In a row, of those that were taken and not answered. */
const FAILURES = 3;
const FIRST_OPEN_MS = 1_000;
const LONGEST_OPEN_MS = 8_000;

/**
 * Plain numbers, for it stands on the way of every request: open after one connection that was refused or three requests in a
 * row without an answer, then one trial after 1, 2, 4, 8 s, until one is answered.
 *
 * @param changed told of the new state; @param now milliseconds of a clock that is never set back.
 */
export function openBreaker(
  changed: (isClosed: boolean) => void,
  now: () => number = () => performance.now(),
): Breaker {
  let failures = 0;
  /** 0 while it is closed. */
  let trialAt = 0;
  let openMs = FIRST_OPEN_MS;
  let isTrying = false;

  return {
    isClosed: () => trialAt === 0,
    lets: () => trialAt === 0 || now() >= trialAt,
    began: () => {
      if (trialAt === 0 || now() < trialAt) return;
      isTrying = true;
      trialAt = now() + openMs;
    },
    answered: () => {
      failures = 0;
      if (trialAt === 0) return;
      trialAt = 0;
      openMs = FIRST_OPEN_MS;
      isTrying = false;
      changed(true);
    },
    failed: (refused) => {
      failures += 1;
      if (trialAt === 0) {
        if (!refused && failures < FAILURES) return;
        trialAt = now() + openMs;
        changed(false);
      } else if (isTrying) {
        // Whatever else fails while it is open was sent before, together.
        isTrying = false;
        openMs = Math.min(LONGEST_OPEN_MS, openMs * 2);
        trialAt = now() + openMs;
      }
    },
  };
}
