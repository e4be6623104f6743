import { NO_CLIENT, type Client } from '@stampede/shared/identity';
import type { SubgraphContext } from '@stampede/shared/subgraph';

/** Whoever is at the other end, as the gateway says. */
export type Asker = Omit<Client, 'address'> & {
  /**
   * Undefined when there is no client: another service asks. Empty for a client of whom the gateway does not know it
   * (any more: a connection that was closed has none); all of them are one to the limits, or else hanging up would
   * be a way past them.
   */
  address: string | undefined;
};

/** What the gateway says of whoever is at the other end; of another service's request nothing is known. */
export const clientOf = ({ client }: SubgraphContext): Asker => client ?? NOBODY;

const NOBODY: Asker = { ...NO_CLIENT, address: undefined };
