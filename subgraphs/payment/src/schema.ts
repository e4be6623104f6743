import { buildSubgraph, type Subgraph } from '@stampede/shared/graphql';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { AbandonPaymentResolver } from './abandon-payment/abandon-payment.resolver.js';
import { ApprovePaymentResolver } from './approve-payment/approve-payment.resolver.js';
import { openPaymentReader } from './history/payment-reader.js';
import { OrderPaymentsResolver, PaymentResolver } from './history/payment.resolver.js';
import { HostedPageResolver } from './hosted-page/hosted-page.resolver.js';
import type { TossSdk } from './hosted-page/hosted-payment.js';
import { openJournalReader } from './journal/journal-reader.js';
import { JournalLineResolver, JournalResolver } from './journal/journal.resolver.js';
import { WalletResolver } from './journal/wallet.resolver.js';
import type { PaymentParts } from './payment-parts.js';
import { paymentOf } from './payment-view.js';
import { PersonalDataResolver } from './personal-data/personal-data.resolver.js';
import type { ProviderEvents } from './provider-events/provider-events.js';
import { ProviderEventsResolver } from './provider-events/provider-events.resolver.js';
import { StartPaymentResolver } from './start-payment/start-payment.resolver.js';

/** What the API needs besides what paying does. */
export interface ApiParts {
  /** Where buyers may be sent back to, by commas. */
  returnOrigins: string;
  sdk: TossSdk;
  events: Pick<ProviderEvents, 'note'>;
}

export function buildPayment(
  parts: PaymentParts,
  { returnOrigins, sdk, events }: ApiParts,
): Promise<Subgraph> {
  const reader = openPaymentReader(parts.database);
  const journal = openJournalReader(parts.database);
  return buildSubgraph({
    resolvers: [
      new AbandonPaymentResolver(parts),
      new ApprovePaymentResolver(parts),
      new HostedPageResolver(parts.database, sdk),
      new JournalLineResolver(journal),
      new JournalResolver(parts.database, journal),
      new OrderPaymentsResolver(reader),
      new PaymentResolver(reader),
      new PersonalDataResolver(parts.database),
      new ProviderEventsResolver(events),
      new StartPaymentResolver(parts, returnOrigins),
      new WalletResolver(parts.database),
    ],
    references: {
      Order: ({ id }: { id: string }) => ({ id }),
      Payment: async ({ id }: { id: string }, { identity }: SubgraphContext) => {
        const row = await reader.visible(id, identity);
        return row ? paymentOf(row) : null;
      },
    },
  });
}
