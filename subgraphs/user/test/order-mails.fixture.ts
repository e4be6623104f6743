import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import { Unavailable } from '@stampede/shared/errors';
import {
  orderCancelled,
  orderConfirmed,
  orderExpired,
  orderRefunded,
  orderShipped,
} from '@stampede/shared/messages';
import type { Transaction } from '@stampede/shared/database';
import { randomUUID } from 'node:crypto';
import { orderMails } from '../src/order-mails/on-order-messages.js';
import { openOrderLetters } from '../src/order-mails/order-letters.js';
import { lettersTo } from './mailbox.js';
import type { UserUnderTest } from './open-user.js';

const TYPES = {
  confirmed: orderConfirmed,
  expired: orderExpired,
  cancelled: orderCancelled,
  refunded: orderRefunded,
  shipped: orderShipped,
};
export type Happened = keyof typeof TYPES;

/** What order answers of an order: two sneakers, for 24,000 won, confirmed. */
export interface AnsweredOrder {
  status: string;
  lines: { name: string; quantity: number; subtotal: number; usedOn: string | null; timeZone: string }[];
  [field: string]: unknown;
}

export const PAID = { status: 'CONFIRMED', paid: true, total: 24_000 };
export const SNEAKERS = {
  name: '한정판 <b>“스니커즈”</b> & more',
  quantity: 2,
  subtotal: 24_000,
  usedOn: null,
  timeZone: 'Asia/Seoul',
};

const ALWAYS_ASKS: Pick<CircuitBreaker, 'run'> = { run: (work) => work(new AbortController().signal) };

/** The user service hears of orders, and asks an order service that knows those of the test. */
export function openOrderMails(user: UserUnderTest) {
  const known = new Map<string, AnsweredOrder>();
  let away = false;
  const order = {
    ask: <T>(_: string, { orderId }: Record<string, unknown>) =>
      away
        ? Promise.reject(new Unavailable('order'))
        : Promise.resolve({ orderLetter: known.get(String(orderId)) ?? null } as T),
  };
  const readOrderLetter = openOrderLetters(order, ALWAYS_ASKS);
  const handlers = orderMails(user.sealer);
  const money = { paymentId: randomUUID(), total: 24_000, amount: 24_000, lines: [], reason: 'BUYER' };

  /** A message comes, in a transaction of somebody's. */
  function handle(
    tx: Transaction,
    what: Happened,
    orderId: string,
    buyerId: string,
    more: object = {},
  ): Promise<void> {
    const handler = handlers.find(({ type }) => type.name === TYPES[what].name);
    const body = TYPES[what].schema.parse({ orderId, buyerId, ...money, ...more });
    if (!handler) throw new Error(`nobody hears of ${TYPES[what].name}`);
    return handler.handle(tx, body, { messageId: randomUUID(), attempts: 0 });
  }

  /** Several orders are confirmed, and their messages wait at the same time. */
  const hearsConfirmed = (told: readonly { orderId: string; buyerId: string }[]): Promise<void> =>
    user.test.database.transaction('test', (tx) =>
      handlers.find(({ type }) => type.name === orderConfirmed.name)!.handleAll!(
        tx,
        told.map((one) => ({
          body: orderConfirmed.schema.parse({ ...one, ...money }),
          meta: { messageId: randomUUID(), attempts: 0 },
        })),
      ),
    );

  return {
    hearsConfirmed,
    readOrderLetter,
    isAway: (now: boolean) => (away = now),
    /** An order of somebody's, as order answers of it from now on. @returns its id */
    order: (buyerId: string, change: object = {}, id: string = randomUUID()): string => {
      const order = { buyerId, number: '1000-001A', ...PAID, payBy: '2126-11-21T11:00:00.000Z' };
      const rest = { lines: [SNEAKERS], cancelledFor: null, refunds: [], delivery: null };
      known.set(id, { ...order, ...rest, ...change });
      return id;
    },
    handle,
    /** A message comes, in a transaction of its own as each does. */
    hears: (...message: Parameters<typeof handle> extends [Transaction, ...infer Rest] ? Rest : never) =>
      user.test.database.transaction('test', (tx) => handle(tx, ...message)),
    lettersTo: (email: string) => lettersTo(user, email, { readOrderLetter }),
  };
}
