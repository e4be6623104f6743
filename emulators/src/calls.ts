import type { OperationOf } from './faults.js';

const MAX_TIDS = 50_000;

type Operation = OperationOf<'kakaopay'>;
export type Counts = Record<Operation, number>;

const none = (): Counts => ({ ready: 0, approve: 0, cancel: 0, lookup: 0 });

/** Counts every call that arrived, also those refused or spoilt by a fault. Forgets the tids seen first when full. */
export class Calls {
  readonly total = none();
  readonly #byTid = new Map<string, Counts>();

  arrived(operation: Operation): void {
    this.total[operation] += 1;
  }

  /** Told apart from its arrival, since ready learns its tid only by succeeding. */
  concerned(operation: Operation, tid: string): void {
    const counts = this.#byTid.get(tid) ?? none();
    counts[operation] += 1;
    this.#byTid.set(tid, counts);
    if (this.#byTid.size > MAX_TIDS) this.#byTid.delete(this.#byTid.keys().next().value ?? '');
  }

  of(tid: string): Counts {
    return this.#byTid.get(tid) ?? none();
  }
}
