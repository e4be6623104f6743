import { baseEnv, readEnv, serviceEnv } from '@stampede/shared/env';
import { sealerFromKeys } from '@stampede/shared/sealing';
import { signingKeysFromPem } from './tokens/signing-keys.js';

/** The service's settings; keys come out opened, so that their text travels no further. */
export const readUserEnv = () =>
  readEnv({
    ...baseEnv,
    DATABASE_URL: serviceEnv.DATABASE_URL,
    IDENTITY_SECRET: serviceEnv.IDENTITY_SECRET,
    STAMPEDE_DEMO: serviceEnv.STAMPEDE_DEMO,
    /** One or more PKCS#8 RSA private keys in PEM: the first signs, all are published. */
    ACCESS_TOKEN_KEYS: signingKeysFromPem(),
    PERSONAL_DATA_KEYS: sealerFromKeys('index'),
  });
