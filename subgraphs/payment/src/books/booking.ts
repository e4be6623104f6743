import { orderConfirmed, paymentApproved, paymentRefunded } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { bookUntoldCapture } from './book-untold-capture.js';
import { book } from './book.js';
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
export const bookingHandlers = (feeBasisPoints: number): Handler[] => [
  on(paymentApproved, (tx, { orderId, paymentId, provider, amount }) =>
    book(tx, orderId, { kind: 'CAPTURE', key: paymentId, paymentId, provider, amount }),
  ),
  on(orderConfirmed, (tx, { orderId, paymentId, total, lines }) =>
    book(tx, orderId, {
      kind: 'SALE',
      key: orderId,
      paymentId,
      provider: null,
      amount: total,
      parts: salePartsOf(lines, feeBasisPoints),
    }),
  ),
  on(paymentRefunded, async (tx, { orderId, paymentId, provider, key, amount, shares = null }) => {
    await bookUntoldCapture(tx, orderId, paymentId);
    await book(tx, orderId, { kind: 'REFUND', key, paymentId, provider, amount, parts: shares });
  }),
];
