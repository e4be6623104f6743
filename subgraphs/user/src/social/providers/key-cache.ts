import { getJwksCache, setJwksCache, type Configuration, type ExportedJWKSCache } from 'openid-client';

/** Below this age the library does not look again for a key that it does not know. */
const LEAST_AGE_SECONDS = 60;

export interface KeyCache {
  lendTo(configuration: Configuration): void;
  learnFrom(configuration: Configuration): void;
  forget(): void;
}

/**
 * A provider's keys, for the five minutes that the library holds them. They are lent as a minute old at least: a
 * provider that changed its keys a moment ago is asked for them at once, and nobody's sign-in fails.
 */
export function openKeyCache(): KeyCache {
  let known: ExportedJWKSCache | undefined;
  const agedAt = () => Math.floor(Date.now() / 1_000) - LEAST_AGE_SECONDS;
  return {
    lendTo(configuration) {
      if (known) setJwksCache(configuration, { ...known, uat: Math.min(known.uat, agedAt()) });
    },
    learnFrom(configuration) {
      const used = getJwksCache(configuration);
      // Those that were lent and used come back with the age that they were lent with.
      if (used && used.uat > agedAt()) known = used;
    },
    forget() {
      known = undefined;
    },
  };
}
