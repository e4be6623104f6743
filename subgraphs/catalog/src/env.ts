import {
  EnvironmentError,
  exitOnEnvironmentError,
  providerUrl,
  publicUrl,
  readEnv,
  serviceEnv,
  serviceUrls,
} from '@stampede/shared/env';
import { z } from 'zod';

const shape = {
  ...serviceEnv,
  ORDER_URLS: serviceUrls(),
  /** Where clients reach the gateway: product pages are there. */
  PUBLIC_URL: publicUrl(),
  /** Of an API that speaks Naver's shopping search; prices are compared with other shops' when all three are there. */
  NAVER_SHOPPING_URL: providerUrl().optional(),
  NAVER_SEARCH_CLIENT_ID: z.string().min(1).optional(),
  NAVER_SEARCH_CLIENT_SECRET: z.string().min(1).optional(),
  /** Of each process of this service; Naver's own limit, for all of them, is said to be about 10. */
  NAVER_CALLS_PER_SECOND: z.coerce.number().int().min(1).max(1_000).default(8),
  /** Milliseconds since 1970; the demo's sales are set by it. */
  STAMPEDE_STARTED_AT: z.coerce
    .number()
    .int()
    .default(() => Date.now()),
};

/** @throws EnvironmentError, also when the shopping search is set in part: it would be left out in silence. */
export function catalogEnvFrom(source: NodeJS.ProcessEnv) {
  const env = readEnv(shape, source);
  const {
    NAVER_SHOPPING_URL: url,
    NAVER_SEARCH_CLIENT_ID: clientId,
    NAVER_SEARCH_CLIENT_SECRET: clientSecret,
    NAVER_CALLS_PER_SECOND: callsPerSecond,
  } = env;
  if (url !== undefined && clientId !== undefined && clientSecret !== undefined) {
    return { ...env, shopping: { url, clientId, clientSecret, callsPerSecond } };
  }
  const missing = Object.entries({
    NAVER_SHOPPING_URL: url,
    NAVER_SEARCH_CLIENT_ID: clientId,
    NAVER_SEARCH_CLIENT_SECRET: clientSecret,
  }).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === 3) return { ...env, shopping: undefined };
  throw new EnvironmentError(missing.map((name) => `${name}: the shopping search needs it, too`));
}

/** The service's settings; ends the process when they are not usable. */
export const readCatalogEnv = () => exitOnEnvironmentError(() => catalogEnvFrom(process.env));

export type CatalogEnv = ReturnType<typeof readCatalogEnv>;
