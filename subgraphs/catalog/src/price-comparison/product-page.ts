/** Where people look at a product of ours. */
export const productPage = (publicUrl: string, productId: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/products/${productId}`;
