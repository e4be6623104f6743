import type { Shop } from '@stampede/shared/testing';
import { createClient } from 'graphql-ws';

/** People who look on, over sockets that stay. */
export interface Viewers extends AsyncDisposable {
  /** Events that each of them has been told since the last time. @returns the least of them */
  seen(): number;
  /** What their streams were told wrongly, since the last time. */
  complaints(): string[];
}

type Stock = Record<'total' | 'available' | 'held' | 'sold', number>;

const VIEWERS = 3;
const AGAIN_MS = 500;
const STOCK =
  'subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) { id stock { total available held sold } } }';

/** Each of a connection of its own; one that ends is made anew, as a page does it. */
export function openViewers(shop: Shop): Viewers {
  const problems = new Set<string>();
  const counts: number[] = [];
  let closed = false;

  function judge(
    data: { stockChanged?: { stock: Stock | null } } | null | undefined,
    errors: unknown,
  ): boolean {
    const stock = data?.stockChanged?.stock;
    if (!stock) {
      if (!JSON.stringify(errors)?.includes('"SERVICE_UNAVAILABLE"'))
        problems.add(`a viewer was told ${JSON.stringify({ data, errors })}`);
      return false;
    }
    const { total, available, held, sold } = stock;
    if (total !== available + held + sold) problems.add(`a viewer saw ${JSON.stringify(stock)}`);
    return true;
  }

  const clients = Array.from({ length: VIEWERS }, (_, index) => {
    const client = createClient({
      url: `${shop.gatewayUrl.replace('http', 'ws')}/graphql`,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, AGAIN_MS)),
    });
    const subscribe = (): void => {
      const again = () => {
        if (!closed) setTimeout(subscribe, AGAIN_MS);
      };
      client.subscribe<{ stockChanged?: { stock: Stock | null } }>(
        { query: STOCK, variables: { ids: [shop.product.id] } },
        {
          next: ({ data, errors }) => {
            if (judge(data, errors)) counts[index] = (counts[index] ?? 0) + 1;
          },
          error: (refusal) => {
            // A socket that ended is made anew; a refusal of the operation itself is judged.
            if (Array.isArray(refusal)) judge(undefined, refusal);
            again();
          },
          complete: again,
        },
      );
    };
    counts[index] = 0;
    subscribe();
    return client;
  });

  return {
    seen: () => {
      const least = Math.min(...counts);
      counts.fill(0);
      return least;
    },
    complaints: () => {
      const found = [...problems];
      problems.clear();
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      for (const client of clients) await client.dispose();
    },
  };
}
