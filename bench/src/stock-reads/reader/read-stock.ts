/** What one read told of a product. */
export interface StockRead {
  id: string;
  available: number;
  held: number;
  sold: number;
  /** `Date` milliseconds at which it was so. */
  asOf: number;
}

const BODY =
  /^\{"data":\{"product":\{"id":"([^"]+)","stock":\{"available":(\d+),"held":(\d+),"sold":(\d+),"asOf":"([^"]+)"\}\}\}\}\s*$/;

/** @returns undefined when it is any other answer, an error above all */
export function readStock(body: string): StockRead | undefined {
  const [, id, available, held, sold, asOf] = BODY.exec(body) ?? [];
  if (id === undefined || asOf === undefined) return undefined;
  return {
    id,
    available: Number(available),
    held: Number(held),
    sold: Number(sold),
    asOf: Date.parse(asOf),
  };
}
