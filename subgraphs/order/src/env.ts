import { readEnv, serviceEnv } from '@stampede/shared/env';
import { sealerFromKeys } from '@stampede/shared/sealing';
import { z } from 'zod';

/** The service's settings; keys come out opened, so that their text travels no further. @throws EnvironmentError */
export const readOrderEnv = (source: NodeJS.ProcessEnv = process.env) => readEnv(shape, source);

const shape = {
  ...serviceEnv,
  CATALOG_URL: z.url(),
  USER_URL: z.url(),
  /** Seal the addresses that parcels go to. */
  PERSONAL_DATA_KEYS: sealerFromKeys(),
};
