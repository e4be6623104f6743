import {
  exitOnEnvironmentError,
  origins,
  providerUrl,
  publicUrl,
  readEnv,
  serviceEnv,
  serviceUrls,
} from '@stampede/shared/env';
import { sealerFromKeys } from '@stampede/shared/sealing';
import { z } from 'zod';
import { KAKAOPAY_READ_TIMEOUT_MS } from './kakaopay/index.js';
import { TOSS_TIMEOUT_MS } from './toss/toss-provider.js';

export type PaymentEnv = ReturnType<typeof readPaymentEnv>;

const MOVES_NOTHING = 'is for tests: no money is moved by it';

/** developers.kakaopay.com: of single payments, and of recurring ones. */
const TEST_CIDS = new Set(['TC0ONETIME', 'TCSUBSCRIP', 'TCSEQUENCE']);

/** docs.tosspayments.com/reference/using-api/api-keys: those of tests begin so, those of business with `live_`. */
const tossKey = () =>
  z
    .string()
    .min(1)
    .meta({ refused: (key: string) => (key.startsWith('test_') ? MOVES_NOTHING : undefined) });

export const readPaymentEnv = () => exitOnEnvironmentError(() => paymentEnvFrom(process.env));

/** @throws EnvironmentError with every problem listed. */
export const paymentEnvFrom = (source: NodeJS.ProcessEnv) =>
  readEnv(
    {
      ...serviceEnv,
      ORDER_URLS: serviceUrls(),
      KAKAOPAY_URL: providerUrl(),
      KAKAOPAY_SECRET_KEY: z.string().min(1),
      /** The one that anybody may test with, unless set. */
      KAKAOPAY_CID: z
        .string()
        .max(10)
        .default('TC0ONETIME')
        .meta({ required: true, refused: (cid: string) => (TEST_CIDS.has(cid) ? MOVES_NOTHING : undefined) }),
      KAKAOPAY_TIMEOUT_MS: z.coerce.number().int().positive().default(KAKAOPAY_READ_TIMEOUT_MS),
      TOSS_URL: providerUrl(),
      TOSS_SECRET_KEY: tossKey(),
      /** Of the same pair as the secret key; a buyer's browser is told it. */
      TOSS_CLIENT_KEY: tossKey(),
      /** The script of the provider's browser SDK, version 2. */
      TOSS_SDK_URL: providerUrl().default('https://js.tosspayments.com/v2/standard'),
      TOSS_TIMEOUT_MS: z.coerce.number().int().positive().default(TOSS_TIMEOUT_MS),
      PUBLIC_URL: publicUrl(),
      /** What the platform keeps of a sale, in hundredths of a percent. */
      PLATFORM_FEE_BASIS_POINTS: z.coerce.number().int().min(0).max(10_000).default(500),
      /** off: what is to be booked waits in its queues. */
      BOOKING: z.enum(['on', 'off']).default('on'),
      /** Origins to which a buyer may be sent back, by commas; `http://localhost:*` is any port. */
      RETURN_ORIGINS: origins(),
      PAYMENT_TOKEN_KEYS: sealerFromKeys(),
    },
    source,
  );
