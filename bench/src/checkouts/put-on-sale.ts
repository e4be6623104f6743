import type { Buyer } from '@stampede/shared/testing';

/** Any buyer may have so many of a product, which is the most that the API allows. */
export const MOST_PER_BUYER = 1_000;

/** What a unit costs, in won. */
export const PRICE = 100_000;

/** Puts a product on sale that opened a minute ago, whose holds outlive any benchmark. @throws Error */
export async function putOnSale(
  seller: Buyer,
  name: string,
  stock: number,
  limitPerBuyer = MOST_PER_BUYER,
): Promise<string> {
  const input = {
    name,
    brands: ['Test Brand'],
    price: PRICE,
    stock,
    limitPerBuyer,
    holdMinutes: 1_440,
    opensAt: new Date(Date.now() - 60_000),
  };
  const { data, errors } = await seller.send(
    'mutation ($input: ProductInput!) { createProduct(input: $input) { id } }',
    { input },
  );
  const id = (data as { createProduct?: { id: string } } | null)?.createProduct?.id;
  if (id === undefined) throw new Error(`the product could not be put on sale: ${JSON.stringify(errors)}`);
  return id;
}
