/** Where people look at a product of ours: a page of the gateway. */
export const pageOf = (publicUrl: string, productId: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/products/${productId}`;

/** What two links to one page of ours have in common, whatever their query: the host, with its port, and the path. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
