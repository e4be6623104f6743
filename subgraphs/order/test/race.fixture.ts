import type { GraphqlAnswer, Shop } from '@stampede/shared/testing';

export interface Product {
  id: string;
}

/** A product as everybody sees it: its phase, and where its units are. */
export async function stockOf(shop: Shop, { id }: Product) {
  const { data } = await shop.client.send(
    'query ($id: ID!) { product(id: $id) { sale { phase } stock { total available held sold } } }',
    { id },
  );
  return data.product;
}

/** How many checkouts had which answer; an error counts as what it says. */
export function tally(answers: GraphqlAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { data, errors } of answers) {
    const outcome = data?.checkout?.__typename ?? JSON.stringify(errors);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
