import { openServiceClient, type Asker, type Own, type ServiceClient } from '@stampede/shared/subgraph';

/** A rebuild of a product with a hundred thousand sales takes catalog seconds to tell. */
const CATALOG_DEADLINE_MS = 15_000;
/** Asked while a purchase holds its units. */
const USER_DEADLINE_MS = 2_000;

/** The services that order asks and waits for. */
export function openAskedServices(
  env: { CATALOG_URLS: readonly string[]; USER_URLS: readonly string[] },
  us: Asker,
  own: Own,
): Record<'catalog' | 'user', ServiceClient> {
  const catalog = { urls: env.CATALOG_URLS, audience: 'catalog', deadlineMs: CATALOG_DEADLINE_MS };
  const user = { urls: env.USER_URLS, audience: 'user', deadlineMs: USER_DEADLINE_MS };
  return {
    catalog: own(openServiceClient({ ...us, ...catalog })),
    user: own(openServiceClient({ ...us, ...user, withinRequest: true })),
  };
}
