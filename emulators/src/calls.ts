const MAX_NAMES = 50_000;

/** Counts every call that arrived, also those refused or spoilt by a fault. Forgets the names seen first when full. */
export class Calls<Operation extends string> {
  readonly total: Record<Operation, number>;
  readonly #byName = new Map<string, Record<Operation, number>>();

  constructor(readonly operations: readonly Operation[]) {
    this.total = this.#none();
  }

  arrived(operation: Operation): void {
    this.total[operation] += 1;
  }

  /** Told apart from its arrival: what a call names may be known only once it has succeeded. */
  concerned(operation: Operation, name: string): void {
    const counts = this.#byName.get(name) ?? this.#none();
    counts[operation] += 1;
    this.#byName.set(name, counts);
    if (this.#byName.size > MAX_NAMES) this.#byName.delete(this.#byName.keys().next().value ?? '');
  }

  /** The counts of all these names together. */
  of(...names: string[]): Record<Operation, number> {
    const sum = this.#none();
    for (const name of names) {
      const counts = this.#byName.get(name);
      for (const operation of this.operations) sum[operation] += counts?.[operation] ?? 0;
    }
    return sum;
  }

  #none(): Record<Operation, number> {
    return Object.fromEntries(this.operations.map((operation) => [operation, 0])) as Record<
      Operation,
      number
    >;
  }
}
