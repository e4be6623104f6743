export interface AskOncePerOptions {
  /** Whether a failure is remembered as well: many who ask are then no many questions to who does not answer. */
  failuresToo?: boolean;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

/** Asks once in `ms` for each id, however many want to know: who comes meanwhile is given the same answer. */
export function askOncePer<T>(
  ms: number,
  ask: (id: string) => Promise<T>,
  { failuresToo = false, now = () => performance.now() }: AskOncePerOptions = {},
): (id: string) => Promise<T> {
  /** The oldest first. */
  const remembered = new Map<string, { until: number; answer: Promise<T> }>();
  return (id) => {
    for (const [old, { until }] of remembered) {
      if (until > now()) break;
      remembered.delete(old);
    }
    const known = remembered.get(id);
    if (known) return known.answer;
    const asked = { until: now() + ms, answer: ask(id) };
    remembered.set(id, asked);
    const forget = (): void => {
      if (remembered.get(id) === asked) remembered.delete(id);
    };
    // Whoever asked is told of the failure.
    if (!failuresToo) asked.answer.catch(forget);
    return asked.answer;
  };
}
