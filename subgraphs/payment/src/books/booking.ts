import {
  orderConfirmed,
  paymentApproved,
  paymentRefunded,
  type MessageType,
  type OrderConfirmed,
  type PaymentApproved,
} from '@stampede/shared/messages';
import { on, OneByOne, type Handler } from '@stampede/shared/messaging';
import { bookUntoldCapture } from './book-untold-capture.js';
import { book, bookAll, type OrderFact } from './book.js';
import { salePartsOf } from './sale-parts.js';

/**
 * Books what happens to the money of orders, in whichever order it is told and however often.
 *
 * | event | fact | known before |
 * |---|---|---|
 * | payment.approved | a capture, once for each payment | already so; with other content a contradiction |
 * | order.confirmed | a sale, once for each order | the same; the fee stays as it was |
 * | payment.refunded | a refund, once for each key; the capture of its payment, if nothing told of it | the same |
 *
 * @param feeBasisPoints what the platform keeps of sales that are booked from now on, in hundredths of a percent.
 */
export const bookingHandlers = (feeBasisPoints: number): Handler[] => {
  const saleOf = ({ orderId, paymentId, total, lines }: OrderConfirmed): OrderFact => ({
    orderId,
    fact: {
      kind: 'SALE',
      key: orderId,
      paymentId,
      provider: null,
      amount: total,
      parts: salePartsOf(lines, feeBasisPoints),
    },
  });
  return [
    onEach(paymentApproved, captureOf),
    onEach(orderConfirmed, saleOf),
    on(paymentRefunded, async (tx, { orderId, paymentId, provider, key, amount, shares = null }) => {
      await bookUntoldCapture(tx, orderId, paymentId);
      await book(tx, orderId, { kind: 'REFUND', key, paymentId, provider, amount, parts: shares });
    }),
  ];
};

const captureOf = ({ orderId, paymentId, provider, amount }: PaymentApproved): OrderFact => ({
  orderId,
  fact: { kind: 'CAPTURE', key: paymentId, paymentId, provider, amount },
});

/** Books the fact that an event is; those of several orders that wait at the same time, in one go. */
const onEach = <T>(type: MessageType<T>, factOf: (body: T) => OrderFact): Handler =>
  on(
    type,
    (tx, body) => bookAll(tx, [factOf(body)]),
    async (tx, messages) => {
      const facts = messages.map(({ body }) => factOf(body));
      const orders = new Set(facts.map(({ orderId }) => orderId));
      if (orders.size < facts.length) throw new OneByOne('two of them are of one order');
      await bookAll(tx, facts);
    },
  );
