import type { Stage } from '../stage.js';
import { WrongAnswer } from '../until-answered.js';

const SET_CART = `mutation ($productId: ID!, $quantity: Int!) {
  setCartLine(productId: $productId, quantity: $quantity) { lines { productId } } }`;

/** Several products, at either provider; then once more under the limit. */
export async function buyBaskets({ customer, sneaker, sock }: Stage): Promise<void> {
  const one = customer();
  const other = customer();
  const basket = [
    { productId: sneaker, quantity: 1 },
    { productId: sock, quantity: 2 },
  ];
  await Promise.all([one.buys(basket, 'KAKAOPAY'), other.buys(basket, 'TOSS_PAYMENTS')]);
}

export async function buyCart({ customer, sneaker, sock }: Stage): Promise<void> {
  const one = customer();
  for (const productId of [sneaker, sock]) {
    await one.ask('setCartLine', SET_CART, { productId, quantity: 1 });
  }
  await one.ask('setCartLine', SET_CART, { productId: sneaker, quantity: 2 });
  await one.buys(null);
}

/** Declined by the one provider, and paid at the other. */
export async function payElsewhere({ customer, sock }: Stage): Promise<void> {
  const one = customer();
  const orderId = await one.places([{ productId: sock, quantity: 1 }]);
  const answer = await one.approves(await one.agrees(orderId, 'KAKAOPAY', 'refused'));
  if (answer.__typename !== 'PaymentDeclined') throw unexpected('a refused payment', answer);
  await one.pays(orderId, 'TOSS_PAYMENTS');
  await one.sees(orderId, 'CONFIRMED');
}

/** A token that is not this payment's, and then the one that is. */
export async function mistakeToken({ customer, sock }: Stage): Promise<void> {
  const one = customer();
  const orderId = await one.places([{ productId: sock, quantity: 1 }]);
  const agreed = await one.agrees(orderId, 'KAKAOPAY');
  const answer = await one.approves({ ...agreed, token: 'of-another-payment' });
  if (answer.__typename !== 'PaymentDeclined') throw unexpected('a wrong token', answer);
  const right = await one.approves(agreed);
  if (right.__typename !== 'Payment') throw unexpected('the right token', right);
  await one.sees(orderId, 'CONFIRMED');
}

/** Two windows, both agreed to: one of them takes the money. */
export async function payTwice({ customer, sneaker }: Stage): Promise<void> {
  const one = customer();
  const orderId = await one.places([{ productId: sneaker, quantity: 1 }]);
  const windows = [await one.agrees(orderId, 'KAKAOPAY'), await one.agrees(orderId, 'TOSS_PAYMENTS')];
  const answers = await Promise.all(windows.map((agreed) => one.approves(agreed)));
  const kinds = answers.map(({ __typename }) => String(__typename));
  if (kinds.filter((kind) => kind === 'Payment').length !== 1) {
    throw new WrongAnswer(`two payments of an order were answered ${kinds.join(' and ')}`);
  }
  await one.sees(orderId, 'CONFIRMED');
}

const unexpected = (what: string, answer: unknown) =>
  new WrongAnswer(`${what} was answered ${JSON.stringify(answer)}`);
