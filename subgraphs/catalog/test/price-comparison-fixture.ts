import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CatalogUnderTest } from './open-catalog.js';

const main = fileURLToPath(new URL('../../../emulators/dist/main.js', import.meta.url));

/** So long that a busy machine does not decide what is answered. */
export const PATIENT = {
  budgetMs: 60_000,
  breaker: { callDeadlineMs: 60_000, slowCallMs: 60_000 },
  patience: { redisMs: 60_000, statementMs: 60_000 },
};

/** The emulator of the shopping search, as its own process, as everywhere else. */
export async function openShops(env: { SHOPPING_PER_SECOND?: string } = { SHOPPING_PER_SECOND: '1000' }) {
  const child = spawn(process.execPath, [main], {
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return {
    settings: {
      url: `${url}/shopping`,
      clientId: 'any',
      clientSecret: 'local-only-search-secret',
      callsPerSecond: 1_000,
    },
    /** How often it was asked for this name; in all, without one. */
    searches: async (name?: string): Promise<number> => {
      const query = name === undefined ? '' : `?query=${encodeURIComponent(name.toLowerCase())}`;
      const response = await fetch(`${url}/shopping/calls${query}`);
      return ((await response.json()) as { search: number }).search;
    },
    fault: async (fault: string, times = 100_000, delayMs = 0): Promise<void> => {
      const body = JSON.stringify({ target: 'shopping', operation: 'search', fault, times, delayMs });
      const response = await fetch(`${url}/faults`, { method: 'POST', body });
      if (response.status !== 200) throw new Error(await response.text());
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}

export type Shops = Awaited<ReturnType<typeof openShops>>;

export interface Comparison {
  offers: { title: string; shop: string; price: { amount: number }; url: string }[];
  lowest: { amount: number } | null;
  degraded: boolean;
  asOf: string | null;
}

const FIELDS = `offers { title shop price { amount } url } lowest { amount } degraded asOf`;

/** Asks for one product's comparison. @throws Error when the answer has any error */
export async function compare(catalog: CatalogUnderTest, id: string, first = 20): Promise<Comparison> {
  const query = `query ($id: ID!, $first: Int) { product(id: $id) { priceComparison(first: $first) { ${FIELDS} } } }`;
  const { data, errors } = await catalog.ask(query, { id, first });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.product.priceComparison as Comparison;
}
