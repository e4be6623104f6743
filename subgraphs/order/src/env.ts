import { exitOnEnvironmentError, readEnv, serviceEnv } from '@stampede/shared/env';
import { z } from 'zod';

export const readOrderEnv = () =>
  exitOnEnvironmentError(() => readEnv({ ...serviceEnv, CATALOG_URL: z.url() }));
