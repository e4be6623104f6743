import { randomUUID } from 'node:crypto';
import type { Stage } from '../stage.js';
import { WrongAnswer } from '../until-answered.js';

const UNITS = 3;
const RUSH = 6;

/** Who wins is decided once: a key pressed twice, or again later, is one order, and no unit is sold twice. */
export async function raceForLastUnits(stage: Stage): Promise<void> {
  const productId = await stage.createProduct({ stock: UNITS, limitPerBuyer: 1, name: 'Last unit' });
  const lines = [{ productId, quantity: 1 }];
  const racers = Array.from({ length: RUSH }, () => ({ customer: stage.customer(), key: randomUUID() }));
  await Promise.all(
    racers.map(async ({ customer, key }, index) => {
      const pressed = await Promise.all([customer.checkout(lines, key), customer.checkout(lines, key)]);
      const ids = new Set(pressed.filter(isOrder).map(({ id }) => String(id)));
      if (ids.size > 1) throw new WrongAnswer('one key was given two orders');
      const [id] = ids;
      if (id === undefined) return;
      await customer.pays(id, index % 2 === 0 ? 'KAKAOPAY' : 'TOSS_PAYMENTS');
      await customer.sees(id, 'CONFIRMED');
    }),
  );
}

const isOrder = ({ __typename }: { __typename: string }) => __typename === 'Order';

/** One buyer on several devices: the limit holds, and what a refused basket has held goes back. */
export async function exceedLimitAtOnce(stage: Stage): Promise<void> {
  const one = stage.customer();
  const plenty = await stage.createProduct({ stock: 20, limitPerBuyer: 10 });
  const oneEach = () => stage.createProduct({ stock: 5, limitPerBuyer: 1, name: 'One each' });
  let productId = await oneEach();
  // Lines are held in the order of their products: what there is plenty of has to come first, to be given back.
  while (productId < plenty) productId = await oneEach();
  const lines = [plenty, productId].map((id) => ({ productId: id, quantity: 1 }));
  const answers = await Promise.all([0, 1, 2, 3].map(() => one.checkout(lines)));
  const orders = answers.filter(isOrder);
  if (orders.length !== 1) throw new WrongAnswer(`${orders.length} orders were placed where one may be`);
  await one.cancels(String(orders[0]!.id));
}
