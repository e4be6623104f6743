import type { PaymentEnv } from './env.js';
import type { TossSdk } from './hosted-page/hosted-payment.js';
import { openKakaoPayProvider } from './kakaopay/kakaopay-provider.js';
import type { Provider, Providers } from './provider/index.js';
import { openTossProvider } from './toss/toss-provider.js';

/** Everybody who can take the money, by the environment's keys. */
export const openProviders = (env: PaymentEnv, own: <T extends Provider>(provider: T) => T): Providers => ({
  KAKAOPAY: own(
    openKakaoPayProvider({
      baseUrl: env.KAKAOPAY_URL,
      secretKey: env.KAKAOPAY_SECRET_KEY,
      cid: env.KAKAOPAY_CID,
      readTimeoutMs: env.KAKAOPAY_TIMEOUT_MS,
    }),
  ),
  TOSS_PAYMENTS: own(
    openTossProvider({
      baseUrl: env.TOSS_URL,
      secretKey: env.TOSS_SECRET_KEY,
      timeoutMs: env.TOSS_TIMEOUT_MS,
      publicUrl: env.PUBLIC_URL,
    }),
  ),
});

/** What a buyer's browser is given to pay by Toss Payments. */
export const tossSdkOf = ({ TOSS_SDK_URL: sdkUrl, TOSS_CLIENT_KEY: clientKey }: PaymentEnv): TossSdk => ({
  sdkUrl,
  clientKey,
});
