import type { Stage } from '../stage.js';

const SETTING = (name: string) => `mutation ($productId: ID!) { ${name}(productId: $productId) { id } }`;
const UPDATE = 'mutation ($id: ID!, $patch: ProductPatch!) { updateProduct(id: $id, patch: $patch) { id } }';
const SHIP = `mutation ($id: ID!) {
  shipOrder(id: $id, carrier: "Test Express", trackingNumber: "640012345678") { id } }`;

/** Creates, restocks both ways, changes, pauses, reopens and closes; somebody buys in between, and it is shipped. */
export async function runOneSale(stage: Stage): Promise<void> {
  const { seller } = stage;
  const productId = await stage.createProduct({ name: 'Seller’s own', stock: 4, limitPerBuyer: 2 });
  const settle = (name: string) => seller.ask(name, SETTING(name), { productId });
  await stage.restock(productId, 3);
  const bought = await stage.customer().buys([{ productId, quantity: 2 }]);
  await stage.restock(productId, -2);
  await seller.ask('updateProduct', UPDATE, { id: productId, patch: { description: 'Almost gone' } });
  await settle('pauseSale');
  await settle('resumeSale');
  await stage.customer().buys([{ productId, quantity: 1 }], 'TOSS_PAYMENTS');
  await settle('closeSale');
  await seller.ask('shipOrder', SHIP, { id: bought });
}
