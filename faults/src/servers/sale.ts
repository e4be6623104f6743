import { agreeAtProvider, type Buyer, type ProviderName, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Judge } from './judge.js';

/** People who buy, pay and look on, for as long as it is open. */
export interface Sale extends AsyncDisposable {
  /** Buys by one provider, from beginning to end, by whatever it takes. @returns the order's id */
  buys(provider: ProviderName): Promise<string>;
}

const AT_ONCE = 4;
/** They take turns: nobody may own more than a thousand units. */
const BUYERS = 40;
const READERS = 2;
/** Between what one person does: the machine is shared with all that it is done to. */
const PAUSE_MS = 150;
/** A person does not wait for ever. */
const GIVES_UP_AFTER_MS = 90_000;

const READS = {
  product: 'query ($id: ID!) { product(id: $id) { id name sale { phase } stock { total available } } }',
  order: 'query ($id: ID!) { order(id: $id) { id status } }',
  me: '{ me { id } }',
} as const;

export async function openSale(shop: Shop, judge: Judge): Promise<Sale> {
  const closing = new AbortController();
  const people = await shop.accounts(BUYERS + READERS + 1);
  const lines = [{ productId: shop.product.id, quantity: 1 }];
  const rest = (ms = PAUSE_MS) => sleep(ms, undefined, { signal: closing.signal });

  /** The same again, as the API asks, until it is answered. */
  async function insists<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + GIVES_UP_AFTER_MS;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (performance.now() > deadline)
        throw new Error(`${what}: still not after ${GIVES_UP_AFTER_MS / 1_000} s`);
      await rest(500);
    }
  }

  async function buy(buyer: Buyer, provider: ProviderName): Promise<string> {
    const key = randomUUID();
    const orderId = await insists('checkout', async () => {
      const answer = await judge.asks('checkout', () => buyer.checkout(lines, key));
      return answer?.data.checkout.id as string | undefined;
    });
    await rest();
    const payment = await insists('startPayment', async () => {
      const answer = await judge.asks('startPayment', () => buyer.startPayment(orderId, undefined, provider));
      const { id, redirectUrl } = answer?.data.startPayment ?? {};
      if (id === undefined) return undefined;
      // The provider's page is nobody's of the house, and may be away with it.
      const agreed = await agreeAtProvider(provider, String(redirectUrl)).catch(() => undefined);
      return agreed?.token ? { id: String(id), ...agreed } : undefined;
    });
    await insists('approvePayment', () =>
      judge.asks('approvePayment', () => buyer.approvePayment(payment.id, payment.token, payment.amount)),
    );
    return orderId;
  }

  async function live(work: (turn: number) => Promise<void>): Promise<void> {
    for (let turn = 0; !closing.signal.aborted; turn += 1) {
      try {
        await work(turn);
        await rest();
      } catch (error) {
        if (!closing.signal.aborted) judge.complain(`a buyer gave up: ${(error as Error).message}`);
      }
    }
  }

  const [last, ...others] = people as [Buyer, ...Buyer[]];
  const buyers = others.slice(0, BUYERS);
  const providerOf = (turn: number) => (turn % 2 === 0 ? 'KAKAOPAY' : 'TOSS_PAYMENTS');
  const known = await buy(last, 'KAKAOPAY');
  const living = [
    ...Array.from({ length: AT_ONCE }, (_, index) =>
      live(async (turn) => {
        const buyer = buyers[(turn * AT_ONCE + index) % BUYERS] as Buyer;
        await buy(buyer, providerOf(turn + index));
      }),
    ),
    ...others.slice(BUYERS).map((reader) =>
      live(async () => {
        await judge.asks('product', () => reader.send(READS.product, { id: shop.product.id }));
        await judge.asks('me', () => reader.send(READS.me));
        await judge.asks('order', () => last.send(READS.order, { id: known }));
      }),
    ),
  ];
  return {
    buys: (provider) => buy(last, provider),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await Promise.all(living);
    },
  };
}
