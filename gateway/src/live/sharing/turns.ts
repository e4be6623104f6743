/** Takes work to be done in a later turn. */
export type Turns = (work: () => void) => void;

/** One piece of work in each turn of the event loop: however much there is, requests are answered in between. */
export function openTurns(): Turns {
  const waiting: (() => void)[] = [];

  function turn(): void {
    const work = waiting.shift();
    if (waiting.length > 0) setImmediate(turn);
    work?.();
  }

  return (work) => {
    waiting.push(work);
    if (waiting.length === 1) setImmediate(turn);
  };
}
