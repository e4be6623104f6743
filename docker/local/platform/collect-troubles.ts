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

/** What is said again and again while somebody reads it. */
export interface Repeats {
  /** Passes a line on at once, and counts it when it comes again. */
  report: (line: string) => void;
  /** Passes on what came again since the last time, each once and with its number. */
  tell: () => void;
}

export function countRepeats(pass: (line: string) => void): Repeats {
  const again = new Map<string, number>();
  return {
    report(line) {
      const count = again.get(line);
      if (count === undefined) pass(line);
      again.set(line, count === undefined ? 0 : count + 1);
    },
    tell() {
      for (const [line, count] of again) if (count > 0) pass(`${count} × ${line}`);
      again.clear();
    },
  };
}
