import { openTogether } from '@stampede/shared/background';
import { Unavailable } from '@stampede/shared/errors';
import type { ServiceClient } from '@stampede/shared/subgraph';

/** What order says of an order that is to be paid. */
export interface OrderToPay {
  buyerId: string;
  total: number;
  itemName: string;
  quantity: number;
  payable: boolean;
}

/** What payment asks of order and waits for. @throws Unavailable */
export interface OrderClient {
  /** What is owed; null when there is no such order. */
  toPay(orderId: string, requestId: string): Promise<OrderToPay | null>;
  /** Keeps the order as it is while this payment is decided; false when it must not be, or owes another amount. */
  markDeciding(
    payment: { id: string; order_id: string; attempt: number; amount: number },
    requestId: string,
  ): Promise<boolean>;
  /** The mark of this attempt, or an earlier one, is needed no more: the order may be paid in another way. */
  clearDeciding(payment: { id: string; order_id: string; attempt: number }, requestId: string): Promise<void>;
}

/** Few enough that what holds one of them up holds up few. */
const MOST_MARKS = 64;
/** Asked for at the same time: an order service that is slow about some is asked for the others. */
const MARKS_AT_ONCE = 8;
/** Who has waited longer is told that order is unavailable: the payment is settled in the background. */
const PATIENCE_MS = 3_000;

type Marked = Parameters<OrderClient['markDeciding']>[0];

/** Marks that begin together are asked for together, under the id of the first one's request. */
export function openOrderClient(service: ServiceClient): OrderClient {
  async function markAll(
    asked: readonly { payment: Marked; requestId: string }[],
  ): Promise<(boolean | null)[]> {
    const marks = asked.map(({ payment: { id, order_id, attempt, amount } }) => ({
      orderId: order_id,
      paymentId: id,
      attempt,
      amount,
    }));
    const { markDeciding } = await service.ask<{ markDeciding: (boolean | null)[] }>(
      'mutation ($marks: [DecidingMarkInput!]!) { markDeciding(marks: $marks) }',
      { marks },
      asked[0]!.requestId,
    );
    if (markDeciding.length !== asked.length) throw new Error('order has not answered for each mark');
    return markDeciding;
  }

  const mark = openTogether<{ payment: Marked; requestId: string }, boolean>(
    MOST_MARKS,
    (asked) =>
      markAll(asked).then(
        (marked) =>
          marked.map((value) =>
            value === null
              ? { status: 'rejected', reason: new Unavailable('order') }
              : { status: 'fulfilled', value },
          ),
        (reason: unknown) => asked.map(() => ({ status: 'rejected', reason })),
      ),
    { atOnce: MARKS_AT_ONCE, patienceMs: PATIENCE_MS },
  );

  return {
    toPay: async (orderId, requestId) => {
      const { orderToPay } = await service.ask<{ orderToPay: OrderToPay | null }>(
        'query ($orderId: ID!) { orderToPay(orderId: $orderId) { buyerId total itemName quantity payable } }',
        { orderId },
        requestId,
      );
      return orderToPay;
    },
    markDeciding: (payment, requestId) => mark({ payment, requestId }),
    clearDeciding: async ({ id, order_id, attempt }, requestId) => {
      await service.ask(
        `mutation ($orderId: ID!, $paymentId: ID!, $attempt: Int!) {
          clearDeciding(orderId: $orderId, paymentId: $paymentId, attempt: $attempt)
        }`,
        { orderId: order_id, paymentId: id, attempt },
        requestId,
      );
    },
  };
}
