/** Calls that arrived, and are carried out later than their callers waited. */
export class LateCalls {
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();

  get size(): number {
    return this.#waiting.size;
  }

  add(carryOut: () => void, delayMs: number): void {
    const timer = setTimeout(() => this.#land(timer), delayMs).unref();
    this.#waiting.set(timer, carryOut);
  }

  /** Carries out all that wait, at once. @returns how many */
  landAll(): number {
    const all = [...this.#waiting.keys()];
    for (const timer of all) this.#land(timer);
    return all.length;
  }

  close(): void {
    for (const timer of this.#waiting.keys()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #land(timer: NodeJS.Timeout): void {
    const carryOut = this.#waiting.get(timer);
    clearTimeout(timer);
    this.#waiting.delete(timer);
    carryOut?.();
  }
}
