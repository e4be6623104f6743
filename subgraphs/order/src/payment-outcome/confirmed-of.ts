import type { OrderConfirmed } from '@stampede/shared/messages';
import type { LineRow, OrderRow } from '../order-row.js';

/** What is told of an order whose units catalog has sold. */
export const confirmedOf = (order: OrderRow, lines: readonly LineRow[]): OrderConfirmed => ({
  orderId: order.id,
  buyerId: order.buyer_id,
  paymentId: order.paid_payment_id as string,
  total: order.total,
  lines: lines.map(({ product_id, seller_id, quantity, unit_price }) => ({
    productId: product_id,
    sellerId: seller_id,
    quantity,
    subtotal: quantity * unit_price,
  })),
});
