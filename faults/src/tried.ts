/** A fault that was tried, and what came of it. */
export interface Tried {
  /** What was done, and to whom: `order: place-order/commit/before`. */
  fault: string;
  /** Milliseconds from the fault's end until everything held again; undefined: it never did, see `problem`. */
  heldAfterMs: number | undefined;
  /** What did not hold, or what was answered wrongly. */
  problem?: string;
}

/** One line for a person. */
export function describeTried({ fault, heldAfterMs, problem }: Tried): string {
  if (problem !== undefined) return `BROKEN  ${fault}: ${problem}`;
  return `holds   ${fault}, after ${((heldAfterMs ?? 0) / 1_000).toFixed(1)} s`;
}
