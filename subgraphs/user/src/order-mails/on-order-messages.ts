import {
  orderCancelled,
  orderConfirmed,
  orderExpired,
  orderRefunded,
  orderShipped,
  type MessageType,
} from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import type { Sealer } from '@stampede/shared/sealing';
import { queueOrderMails, type OrderMail } from './queue-order-mail.js';

type Told = Pick<OrderMail, 'about' | 'told'>;

/**
 * What becomes of an order, written to its buyer: a mail for each kind and what it is about, however often it is told.
 *
 * | message | mail |
 * |---|---|
 * | order.confirmed, order.expired | one of an order |
 * | order.cancelled | one of an order, whatever the reason; also said of an order that expired, which its letter finds out |
 * | order.refunded | one of a refund, by its key |
 * | order.shipped | one of a delivery's revision: another when its carrier or its number is corrected |
 */
export function orderMails(sealer: Sealer): Handler[] {
  const told = <T extends { orderId: string; buyerId: string }>(
    type: MessageType<T>,
    kind: OrderMail['kind'],
    tell: (message: T) => Told = () => ({ about: '', told: {} }),
  ): Handler =>
    on(
      type,
      (tx, message) => queueOrderMails(tx, sealer, [mailOf(kind, message, tell)]),
      (tx, messages) =>
        queueOrderMails(
          tx,
          sealer,
          messages.map(({ body }) => mailOf(kind, body, tell)),
        ),
    );
  return [
    told(orderConfirmed, 'order-confirmed'),
    told(orderExpired, 'order-expired'),
    told(orderCancelled, 'order-cancelled'),
    told(orderRefunded, 'order-refunded', ({ key, amount }) => ({ about: key, told: { key, amount } })),
    told(orderShipped, 'order-shipped', ({ revision }) => ({ about: String(revision), told: { revision } })),
  ];
}

const mailOf = <T extends { orderId: string; buyerId: string }>(
  kind: OrderMail['kind'],
  message: T,
  tell: (message: T) => Told,
): OrderMail => ({ kind, orderId: message.orderId, buyerId: message.buyerId, ...tell(message) });
