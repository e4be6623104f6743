import { NO_CLIENT, type Client } from '@stampede/shared/identity';
import type { SubgraphContext } from '@stampede/shared/subgraph';

/** What the gateway says of whoever is at the other end; of another service's request nothing is known. */
export const clientOf = ({ client = NO_CLIENT }: SubgraphContext): Client => client;
