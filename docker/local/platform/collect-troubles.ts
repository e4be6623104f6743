/** What services say while nobody has the time to read it. */
export interface Troubles {
  /** Passes a line on, or, while collecting, counts it. */
  report: (line: string) => void;
  collect: () => void;
  /** Passes on, each once and with its number, what was collected. */
  tell: () => void;
}

/** A fault under load is told thousands of times a second; different texts are few. */
const MOST_TEXTS = 20;

export function collectTroubles(pass: (line: string) => void): Troubles {
  let collecting = false;
  let left = 0;
  const counts = new Map<string, number>();
  return {
    report(line) {
      if (!collecting) pass(line);
      else if (counts.has(line) || counts.size < MOST_TEXTS) counts.set(line, (counts.get(line) ?? 0) + 1);
      else left += 1;
    },
    collect: () => void (collecting = true),
    tell() {
      collecting = false;
      for (const [line, count] of counts) pass(`${count} × ${line}`);
      if (left > 0) pass(`${left} × something else`);
      counts.clear();
    },
  };
}
