import { randomUUID } from 'node:crypto';
import { inspect, isDeepStrictEqual } from 'node:util';
import type { SaleSettings } from '@stampede/shared/inventory';
import { serverOf } from '@stampede/shared/redis';
import type { History, Loading } from './model/history.js';
import { Rebuild } from './rebuild.js';
import type { Sending } from './redis/courier.js';
import { differenceOf } from './redis/difference.js';
import { keysOf, type StockServer } from './redis/stock-server.js';

/** One product of a real Redis, to which a history happens. */
export class ProductUnderTest {
  readonly id = randomUUID();
  readonly server: StockServer;
  readonly keys: string[];
  readonly dumpKeys: string[];
  readonly #rebuilds = new Map<number, Rebuild>();
  /** Of every rebuild that there was. */
  readonly #epochs: number[] = [];
  /** How often each script is sent. */
  #times = 1;

  constructor(server: StockServer) {
    this.server = server;
    this.keys = keysOf(server.namespace, this.id);
    this.dumpKeys = this.keys.map((key) => `${key}:dump`);
    server.couriers.set(this.id, (sending) => this.#deliver(sending));
  }

  /** Those that are under way, the oldest first. */
  get rebuilds(): Rebuild[] {
    return [...this.#rebuilds.values()];
  }

  /** Sends the scripts of `send` so often, as after a connection that broke before the answer. */
  repeated<T>(times: number, send: () => T): T {
    this.#times = times;
    try {
      return send();
    } finally {
      this.#times = 1;
    }
  }

  /** Begins a rebuild, up to its first script. */
  async rebuild(loading: Loading, aheadMs: number): Promise<Rebuild> {
    const { epoch, entries, settings } = loading;
    const rebuild = new Rebuild(loading);
    this.#rebuilds.set(epoch, rebuild);
    this.#epochs.push(epoch);
    const orders = [...entries].map(([orderId, entry]) => ({
      ...entry,
      orderId,
      payBy: entry.payBy - aheadMs,
      heldAt: entry.heldAt - aheadMs,
    }));
    await rebuild.begin(() =>
      this.server.inventory.load({ productId: this.id, epoch, settings: atRedis(settings, aheadMs), orders }),
    );
    return rebuild;
  }

  /** Its process dies, or its connection. */
  async abandon(rebuild: Rebuild): Promise<void> {
    this.ended(rebuild);
    await rebuild.abandon();
  }

  /** Forgets a rebuild that has ended. */
  ended(rebuild: Rebuild): void {
    this.#rebuilds.delete(rebuild.loading.epoch);
  }

  /**
   * Does something to the product and looks what stands there then, in one round trip.
   * @param expected is asked after the answer, and brings the model up to it
   * @throws Error that says what the model does not agree with
   */
  async agree<T>(history: History, act: () => Promise<T>, expected: (answer: T) => unknown): Promise<void> {
    const acting = act();
    const [answer, standing] = await Promise.all([acting, this.server.meddling.standing(...this.keys)]);
    const wanted = expected(answer);
    if (!isDeepStrictEqual(answer, wanted)) {
      throw new Error(`expected the answer ${inspect(wanted)}, got ${inspect(answer)}`);
    }
    const { runId = '' } = serverOf(this.server.redis);
    const difference = differenceOf(history, runId, standing);
    if (difference) throw new Error(difference);
  }

  /** Leaves nothing behind. */
  async remove(): Promise<void> {
    for (const rebuild of this.rebuilds) await this.abandon(rebuild);
    this.server.couriers.delete(this.id);
    const staging = this.#epochs.flatMap((epoch) =>
      [this.keys[1], this.keys[2]].map((key) => `${key}:${epoch}`),
    );
    await this.server.redis.unlink(...this.keys, ...this.dumpKeys, ...staging);
  }

  #deliver({ script, keys, send, ...rest }: Sending): Promise<unknown> {
    if (script === 'stage' || script === 'publish') {
      // The keys beside the product are of the rebuild's epoch.
      const epoch = Number(keys[script === 'stage' ? 0 : 3]!.split(':').at(-1));
      return this.#rebuilds.get(epoch)!.hold({ script, keys, send, ...rest });
    }
    let sent = send();
    for (let times = 1; times < this.#times; times += 1) sent = send();
    return sent;
  }
}

/** By Redis' clock, which is behind the history's. */
export const atRedis = (settings: SaleSettings, aheadMs: number): SaleSettings => ({
  ...settings,
  opensAt: settings.opensAt === 0 ? 0 : settings.opensAt - aheadMs,
  closesAt: settings.closesAt === null ? null : settings.closesAt - aheadMs,
});
