import type { ReserveAnswer, SaleSettings } from '@stampede/shared/inventory';
import { affect, type Effect } from './affect.js';
import { hold, reserve, type Reserved } from './reserve.js';
import { copyOfStock, isWarm, loaded, type Entry, type Stock, type WaitingSettings } from './stock.js';

export const HOUR_MS = 3_600_000;

/** What a rebuild has read, and what of it Redis has been told. */
export interface Loading {
  epoch: number;
  settings: SaleSettings;
  entries: Map<string, Entry>;
  /** Whether all that it staged is there. */
  isComplete: boolean;
}

/** One product's life: what Redis has to know of it, what PostgreSQL does, and what was sent. */
export class History {
  stock: Stock | undefined;
  waiting: WaitingSettings | undefined;
  /** What a dump of Redis would restore. */
  dump: { stock: Stock | undefined; waiting: WaitingSettings | undefined } | undefined;

  /** PostgreSQL's part: the last epoch that was given, the newest settings, and the orders that were placed. */
  epoch = 0;
  settings: SaleSettings;
  placed = new Map<string, Entry>();

  /** Everything that was ever sent may come again. */
  readonly sentSettings: WaitingSettings[] = [];
  readonly holds: Omit<Effect, 'kind'>[] = [];
  /** Every hold that was given has a name of its own, unless Redis forgets who has it. */
  readonly #names = new Set<string>();
  #hasForgotten = false;
  /** Whether units may have been held twice, since Redis forgot them and nobody had noticed yet. */
  hasHeldTwice = false;

  /** Of the history; Redis' own goes on behind it by `aheadMs`. */
  readonly startedAt = Date.now();
  aheadMs = 0;

  constructor(settings: SaleSettings) {
    this.settings = settings;
  }

  get now(): number {
    return this.startedAt + this.aheadMs;
  }

  /** @returns what has to be answered. */
  reserve(mode: 'probe' | 'reserve', request: Parameters<typeof reserve>[2]): Reserved {
    return reserve(this.stock, mode, request, this.now);
  }

  /** Takes note of a hold that was given as {@link reserve} said. @throws Error when its name was given before */
  held(request: Parameters<typeof reserve>[2], answer: Extract<ReserveAnswer, { kind: 'held' }>): void {
    const { epoch, serial } = answer;
    const name = `${epoch}/${serial}`;
    if (!this.#hasForgotten && this.#names.has(name)) throw new Error(`the hold ${name} was given twice`);
    this.#names.add(name);
    const stock = this.stock!;
    hold(stock, request, answer.payBy.getTime() + this.aheadMs);
    this.holds.push({ effectEpoch: epoch, orderId: request.orderId, hold: { epoch, serial } });
    // Another epoch has passed: order would reserve anew, and this one be an orphan.
    if (epoch === this.epoch) this.placed.set(request.orderId, { ...stock.entries.get(request.orderId)! });
    this.hasHeldTwice ||= this.#hasForgotten;
  }

  affect(effect: Effect): ReturnType<typeof affect> {
    const answer = affect(this.stock, effect);
    const entry = this.stock?.entries.get(effect.orderId);
    const placed = this.placed.get(effect.orderId);
    if (answer !== 'DONE' || placed?.serial !== effect.hold.serial || placed.epoch !== effect.hold.epoch) {
      return answer;
    }
    if (entry) placed.state = entry.state;
    else if (effect.kind === 'undo') this.placed.delete(effect.orderId);
    return answer;
  }

  changeSettings({ epoch, settings }: WaitingSettings): 'COLD' | 'DONE' {
    if (isWarm(this.stock) && this.stock.epoch >= epoch) {
      store(this.stock, settings);
      return 'DONE';
    }
    if (!this.waiting || settings.version > this.waiting.settings.version) {
      this.waiting = { epoch, settings };
    }
    return 'COLD';
  }

  publish({ epoch, settings, entries, isComplete }: Loading): 'PUBLISHED' | 'STALE' | 'INCOMPLETE' {
    const { stock } = this;
    if (stock && !stock.lost.has('stock') && stock.epoch >= epoch) return 'STALE';
    if (!isComplete) return 'INCOMPLETE';
    this.stock = loaded(epoch, settings, entries);
    if (this.waiting && this.waiting.epoch <= epoch) {
      store(this.stock, this.waiting.settings);
      this.waiting = undefined;
    }
    this.#hasForgotten = false;
    return 'PUBLISHED';
  }

  takeDump(): void {
    this.dump = { stock: this.stock && copyOfStock(this.stock), waiting: this.waiting };
  }

  /** @param isNoticed whether it is another server that has it now, whose products nobody trusts. */
  restoreDump(isNoticed: boolean): void {
    const { stock, waiting } = this.dump!;
    this.stock = stock && copyOfStock(stock);
    if (this.stock && isNoticed) this.stock.trusted = false;
    this.waiting = waiting;
    this.#hasForgotten = true;
  }
}

/** The newest settings win; what the total gains is available. */
function store(stock: Stock, settings: SaleSettings): void {
  if (settings.version <= stock.settings.version) return;
  stock.available += settings.total - stock.settings.total;
  stock.settings = settings;
}
