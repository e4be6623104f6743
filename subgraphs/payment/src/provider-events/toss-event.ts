import { z } from 'zod';

/** Which payment changed, and to what, if it is true: anybody can send it. */
export interface TossHint {
  /** What we call the payment; Toss Payments' `orderId`. */
  paymentId: string;
  /** As Toss Payments writes it. */
  status: string;
}

const payment = z.object({ orderId: z.string(), status: z.string() });

/**
 * The events that are about a payment (https://docs.tosspayments.com/reference/using-api/webhook-events). A
 * cancellation names no order as far as the documents go, and is only sent of payments abroad. That of a virtual
 * account has no envelope.
 */
const event = z.union([
  z.object({ eventType: z.literal('PAYMENT_STATUS_CHANGED'), data: payment }).transform(({ data }) => data),
  z
    .object({ eventType: z.literal('CANCEL_STATUS_CHANGED'), data: z.object({ orderId: z.string() }) })
    .transform(({ data: { orderId } }) => ({ orderId, status: 'CANCELED' })),
  z.object({ eventType: z.undefined().optional(), ...payment.shape }),
]);

/** @returns undefined for an event of another kind, and for what is none. */
export function readTossEvent(body: string): TossHint | undefined {
  const { data } = event.safeParse(parseJson(body));
  return data && { paymentId: data.orderId, status: data.status };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
