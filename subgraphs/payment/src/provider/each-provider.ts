import type { Repetition } from '@stampede/shared/background';
import type { ProviderName } from '../payment-row.js';
import type { Providers } from './provider.js';

/** The same work for each provider by itself, so that one that hangs holds up only what it is asked about. */
export function forEachProvider(
  providers: Providers,
  open: (provider: ProviderName) => Repetition,
): Repetition {
  const opened = (Object.keys(providers) as ProviderName[]).map(open);
  return {
    close: async () => {
      await Promise.all(opened.map((work) => work.close()));
    },
  };
}
