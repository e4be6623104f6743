import type { FlashSaleOptions, FlashSaleParts } from './parts.js';

export interface OpeningSale {
  productId: string;
  /** By the clock that opens it. */
  opensAt: number;
}

export const PRICE = 100_000;
/** Long enough for handing the requests over to the load generator. */
const aheadMs = (buyers: number) => 700 + buyers / 4;

/** Puts a product on sale that opens at a full second, a few seconds ahead. */
export async function openSale(
  { seller, buyers }: Pick<FlashSaleParts, 'seller' | 'buyers'>,
  { stock, watch }: Pick<FlashSaleOptions, 'stock' | 'watch'>,
  clockAheadMs: number,
): Promise<OpeningSale> {
  const soonest = Date.now() + clockAheadMs + aheadMs(buyers.length) + watch * 1_000;
  const opensAt = Math.ceil(soonest / 1_000) * 1_000;
  const input = {
    name: 'Limited sneaker',
    brands: ['Test Brand'],
    price: PRICE,
    stock,
    limitPerBuyer: 1,
    opensAt: new Date(opensAt),
  };
  const { data, errors } = await seller.send(
    'mutation ($input: ProductInput!) { createProduct(input: $input) { id } }',
    { input },
  );
  const id = (data as { createProduct?: { id: string } } | null)?.createProduct?.id;
  if (id === undefined) throw new Error(`the product could not be put on sale: ${JSON.stringify(errors)}`);
  return { productId: id, opensAt };
}
