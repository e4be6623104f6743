import { buildSubgraph, type Subgraph } from '@stampede/shared/graphql';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { AuditResolver } from './audit/audit.resolver.js';
import type { AuditParts } from './audit/audit-product.js';
import { CancelOrderResolver } from './cancellation/cancel-order.resolver.js';
import { CartResolver } from './cart/cart.resolver.js';
import { CheckoutResolver } from './checkout/checkout.resolver.js';
import type { CheckoutParts } from './checkout/checkout.js';
import { DeadLettersResolver } from './dead-letters/dead-letters.resolver.js';
import { DecisionResolver } from './decision/decision.resolver.js';
import { DeliveryResolver } from './delivery/delivery.resolver.js';
import { FollowOrderResolver } from './follow-order/follow-order.resolver.js';
import { followOrder } from './follow-order/follow-order.js';
import type { FollowedOrders } from './follow-order/followed-orders.js';
import { OrderConnectionResolver } from './history/order-connection.js';
import { openOrderReader } from './history/order-reader.js';
import { OrderResolver } from './history/order.resolver.js';
import { OrderLetterResolver } from './letters/order-letter.resolver.js';
import { Product, User } from './order.entity.js';
import { PersonalDataResolver } from './personal-data/personal-data.resolver.js';
import { RebuildResolver } from './rebuild/rebuild.resolver.js';
import { QuoteResolver } from './refund/quote.resolver.js';
import { openQuoteReader } from './refund/read-quotes.js';
import type { CheckoutCounts } from './sale-figures/checkout-counts.js';
import type { CheckoutMetrics } from './sale-figures/checkout-metrics.js';
import { SaleFunnelResolver } from './sale-figures/sale-funnel.resolver.js';
import { openAddressReader } from './shipping-address/address-reader.js';
import { ShippingAddressResolver } from './shipping-address/shipping-address.resolver.js';

export type OrderParts = CheckoutParts &
  AuditParts & { followed: FollowedOrders; counts: CheckoutCounts; outcomes: CheckoutMetrics };

export function buildOrder(parts: OrderParts): Promise<Subgraph> {
  const { database, followed, rebuilds, sealer } = parts;
  const orders = openOrderReader(database);
  return buildSubgraph({
    resolvers: [
      new AuditResolver(parts),
      new CancelOrderResolver(database, orders),
      new CartResolver(parts),
      new CheckoutResolver(parts),
      new DeadLettersResolver(database),
      new DecisionResolver(database),
      new DeliveryResolver(database),
      new FollowOrderResolver(),
      new OrderLetterResolver(database),
      new OrderConnectionResolver(),
      new OrderResolver(orders),
      new QuoteResolver(openQuoteReader(database)),
      new PersonalDataResolver(database, sealer),
      new RebuildResolver(rebuilds),
      new SaleFunnelResolver(database),
      new ShippingAddressResolver(openAddressReader(database, sealer)),
    ],
    types: [Product, User],
    references: {
      // Named by a payment or a journal entry: whoever may see that may not see the order yet.
      Order: ({ id }: { id: string }, { identity }: SubgraphContext) =>
        identity.kind === 'user' ? orders.named(id, identity) : null,
    },
    subscriptions: {
      orderChanged: ({ id }: { id: string }, context: SubgraphContext) =>
        followOrder(followed, orders, id, context),
    },
  });
}
