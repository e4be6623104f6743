import type { Metrics } from '@stampede/shared/telemetry';
import { paymentSteps } from '../payment-changes.js';
import type { Providers } from '../provider/index.js';
import { PaymentStatus } from '../payment-status.js';

/** Counts payments by what becomes of them: READY when started. */
export function countPaymentSteps(providers: Providers, metrics: Metrics): { close(): Promise<void> } {
  const payments = metrics.counter('payments_total', 'Payments that reached a status: READY when started.', [
    'provider',
    'status',
  ]);
  for (const provider of Object.keys(providers)) {
    for (const status of Object.values(PaymentStatus)) payments.inc({ provider, status }, 0);
  }
  return paymentSteps.listen((step) => {
    const [provider = '', status = ''] = step.split(' ');
    payments.inc({ provider, status });
  });
}
