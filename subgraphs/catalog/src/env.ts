import { exitOnEnvironmentError, readEnv, serviceEnv } from '@stampede/shared/env';
import { z } from 'zod';

export const readCatalogEnv = () =>
  exitOnEnvironmentError(() => readEnv({ ...serviceEnv, ORDER_URL: z.url() }));

export type CatalogEnv = ReturnType<typeof readCatalogEnv>;
