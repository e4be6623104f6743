import { emitSchema } from '@stampede/shared/graphql';
import type { PaymentParts } from './payment-parts.js';
import type { ProviderEvents } from './provider-events/provider-events.js';
import { buildPayment } from './schema.js';

// The schema needs its resolvers' shapes only: no part is called.
const { sdl } = await buildPayment({} as PaymentParts, {
  returnOrigins: '',
  sdk: { sdkUrl: '', clientKey: '' },
  events: {} as ProviderEvents,
});
emitSchema(sdl);
