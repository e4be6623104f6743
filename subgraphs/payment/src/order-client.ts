import type { ServiceClient } from '@stampede/shared/subgraph';

/** What order says of an order that is to be paid. */
export interface OrderToPay {
  buyerId: string;
  total: number;
  itemName: string;
  quantity: number;
  payable: boolean;
}

/** The two questions that payment asks order and waits for. @throws Unavailable */
export interface OrderClient {
  /** What is owed; null when there is no such order. */
  toPay(orderId: string, requestId: string): Promise<OrderToPay | null>;
  /** Keeps the order as it is while this payment is decided; false when it must not be, or owes another amount. */
  markDeciding(
    payment: { id: string; order_id: string; attempt: number; amount: number },
    requestId: string,
  ): Promise<boolean>;
}

export const openOrderClient = (service: ServiceClient): OrderClient => ({
  toPay: async (orderId, requestId) => {
    const { orderToPay } = await service.ask<{ orderToPay: OrderToPay | null }>(
      'query ($orderId: ID!) { orderToPay(orderId: $orderId) { buyerId total itemName quantity payable } }',
      { orderId },
      requestId,
    );
    return orderToPay;
  },
  markDeciding: async ({ id, order_id, attempt, amount }, requestId) => {
    const { markDeciding } = await service.ask<{ markDeciding: boolean }>(
      `mutation ($orderId: ID!, $paymentId: ID!, $attempt: Int!, $amount: SafeInt!) {
        markDeciding(orderId: $orderId, paymentId: $paymentId, attempt: $attempt, amount: $amount)
      }`,
      { orderId: order_id, paymentId: id, attempt, amount },
      requestId,
    );
    return markDeciding;
  },
});
