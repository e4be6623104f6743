import { exitOnEnvironmentError, origins, providerUrl, readEnv, serviceEnv } from '@stampede/shared/env';
import { sealerFromKeys } from '@stampede/shared/sealing';
import { z } from 'zod';
import { KAKAOPAY_READ_TIMEOUT_MS } from './kakaopay/index.js';

export const readPaymentEnv = () =>
  exitOnEnvironmentError(() =>
    readEnv({
      ...serviceEnv,
      ORDER_URL: z.url(),
      KAKAOPAY_URL: providerUrl(),
      KAKAOPAY_SECRET_KEY: z.string().min(1),
      KAKAOPAY_CID: z.string().max(10).default('TC0ONETIME'),
      KAKAOPAY_TIMEOUT_MS: z.coerce.number().int().positive().default(KAKAOPAY_READ_TIMEOUT_MS),
      /** Origins to which a buyer may be sent back, by commas; `http://localhost:*` is any port. */
      RETURN_ORIGINS: origins(),
      PAYMENT_TOKEN_KEYS: sealerFromKeys(),
    }),
  );
