import { spanned } from '@stampede/shared/telemetry';
import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { PaymentEnv } from './env.js';
import type { TossSdk } from './hosted-page/hosted-payment.js';
import { openKakaoPayProvider } from './kakaopay/kakaopay-provider.js';
import { providerBreakers, type Provider, type Providers } from './provider/index.js';
import { openTossProvider } from './toss/toss-provider.js';

interface Telemetry {
  log: Log;
  metrics: Metrics;
}

/** Everybody who can take the money, by the environment's keys; each with a circuit breaker. */
export function openProviders(
  env: PaymentEnv,
  own: <T extends Provider | CircuitBreaker>(part: T) => T,
  { log, metrics }: Telemetry,
): Providers {
  const openBreaker = providerBreakers(log, metrics);
  return {
    KAKAOPAY: traced(
      'kakaopay',
      own(
        openKakaoPayProvider({
          baseUrl: env.KAKAOPAY_URL,
          secretKey: env.KAKAOPAY_SECRET_KEY,
          cid: env.KAKAOPAY_CID,
          readTimeoutMs: env.KAKAOPAY_TIMEOUT_MS,
          breaker: own(openBreaker('kakaopay', env.KAKAOPAY_TIMEOUT_MS)),
        }),
      ),
    ),
    TOSS_PAYMENTS: traced(
      'toss-payments',
      own(
        openTossProvider({
          baseUrl: env.TOSS_URL,
          secretKey: env.TOSS_SECRET_KEY,
          timeoutMs: env.TOSS_TIMEOUT_MS,
          publicUrl: env.PUBLIC_URL,
          breaker: own(openBreaker('toss-payments', env.TOSS_TIMEOUT_MS)),
        }),
      ),
    ),
  };
}

/** Calls of theirs in spans like `kakaopay approve`, which say nothing of what is sent. */
const traced = (name: string, provider: Provider): Provider =>
  spanned(provider, { name, kind: 'client' }, ['prepare', 'approve', 'lookup', 'cancel']);

/** What a buyer's browser is given to pay by Toss Payments. */
export const tossSdkOf = ({ TOSS_SDK_URL: sdkUrl, TOSS_CLIENT_KEY: clientKey }: PaymentEnv): TossSdk => ({
  sdkUrl,
  clientKey,
});
