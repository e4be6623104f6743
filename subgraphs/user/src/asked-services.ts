import { openServiceClient, type Asker, type Own, type ServiceClient } from '@stampede/shared/subgraph';

type Urls = Record<'ORDER_URLS' | 'PAYMENT_URLS' | 'CATALOG_URLS', readonly string[]>;

/** The services that user asks: order and payment while somebody waits, catalog for mails. */
export function openAskedServices(
  env: Urls,
  us: Asker,
  own: Own,
): Record<'order' | 'payment' | 'catalog', ServiceClient> {
  const awaited = { ...us, withinRequest: true };
  return {
    order: own(openServiceClient({ ...awaited, urls: env.ORDER_URLS, audience: 'order' })),
    payment: own(openServiceClient({ ...awaited, urls: env.PAYMENT_URLS, audience: 'payment' })),
    catalog: own(openServiceClient({ ...us, urls: env.CATALOG_URLS, audience: 'catalog' })),
  };
}
