import type { LoadAnswer } from '@stampede/shared/inventory';
import type { Loading } from './model/history.js';
import type { Sending } from './redis/courier.js';

/** A script of a rebuild, which waits until somebody sends it. */
interface HeldBack extends Sending {
  answer: (answer: unknown) => void;
  fail: (error: Error) => void;
}

/** A rebuild under way: before each of its scripts others may come. */
export class Rebuild {
  readonly loading: Loading;
  #ended: Promise<LoadAnswer | undefined> | undefined;
  #held: HeldBack | undefined;
  #arrive: (held: HeldBack) => void = () => undefined;

  constructor(loading: Loading) {
    this.loading = loading;
  }

  /** The script that waits. */
  get next(): Sending['script'] | undefined {
    return this.#held?.script;
  }

  /** What it has answered its caller, once nothing waits; undefined: it failed. */
  get ended(): Promise<LoadAnswer | undefined> {
    return this.#ended!;
  }

  async begin(load: () => Promise<LoadAnswer>): Promise<void> {
    await this.#untilNext(() => {
      this.#ended = load().catch(() => undefined);
    });
  }

  /** Takes a script that it wants to send. */
  hold(sending: Sending): Promise<unknown> {
    return new Promise((answer, fail) => this.#arrive({ ...sending, answer, fail }));
  }

  /** Sends the next script. */
  async proceed(times: number): Promise<void> {
    const held = this.#held!;
    for (let sent = 1; sent < times; sent += 1) void held.send();
    const answer = await held.send();
    await this.#untilNext(() => held.answer(answer));
  }

  /** Its process dies, or its connection. */
  async abandon(): Promise<void> {
    const held = this.#held!;
    await this.#untilNext(() => held.fail(new Error('the rebuild was interrupted')));
  }

  async #untilNext(act: () => void): Promise<void> {
    const arrived = new Promise<HeldBack>((resolve) => (this.#arrive = resolve));
    act();
    this.#held = await Promise.race([arrived, this.ended.then(() => undefined)]);
  }
}
