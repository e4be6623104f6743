import { readEnv, serviceEnv, serviceUrls } from '@stampede/shared/env';
import { sealerFromKeys } from '@stampede/shared/sealing';
import { deliveryEnv, scheduleOf } from './delivery/schedule.js';

/** The service's settings; keys come out opened, so that their text travels no further. @throws EnvironmentError */
export function readOrderEnv(source: NodeJS.ProcessEnv = process.env) {
  const env = readEnv(shape, source);
  return { ...env, deliverySchedule: scheduleOf(env) };
}

const shape = {
  ...serviceEnv,
  CATALOG_URLS: serviceUrls(),
  USER_URLS: serviceUrls(),
  /** Seal the addresses that parcels go to. */
  PERSONAL_DATA_KEYS: sealerFromKeys(),
  ...deliveryEnv,
};
