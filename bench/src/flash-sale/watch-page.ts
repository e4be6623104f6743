/** The developers' page with a subscription to the product's stock in its editor, ready to be started. */
export function watchPage(gatewayUrl: string, productId: string): string {
  const page = new URL('/graphiql', gatewayUrl);
  page.searchParams.set(
    'query',
    `subscription Stock {
  stockChanged(productIds: ["${productId}"]) {
    name
    sale { phase }
    stock { available held sold asOf }
  }
}`,
  );
  return page.href;
}
