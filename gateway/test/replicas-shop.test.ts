import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  Buyer,
  eventually,
  openShop,
  type GraphqlAnswer,
  type GraphqlClient,
  type Shop,
} from '@stampede/shared/testing';

const BUYERS = 24;
const AT_ONCE = 8;
/** More than a gateway takes to notice that a replica is not ready. */
const DRAIN = { DRAIN_MS: '2500' };

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({
    stock: 1,
    replicas: { order: 2, catalog: 2 },
    env: { user: DRAIN, order: DRAIN, catalog: DRAIN, payment: DRAIN, gateway: { DRAIN_MS: '1000' } },
  });
});
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

test('a replica of order and one of catalog that are killed amid a sale cost no buyer anything', async () => {
  const { order, catalog } = shop.replicas;
  const killed = [order[1]!, catalog[1]!];
  await sellWhile(() => Promise.all(killed.map((process) => process.stop('SIGKILL'))));
  for (const process of killed) process.start();
  for (const process of killed) await process.ready();
});

test('a replica of order and one of catalog that stop amid a sale lose no request', async () => {
  const { order, catalog } = shop.replicas;
  const before = await lost();
  const codes = await sellWhile(() => Promise.all([order[0]!, catalog[0]!].map((process) => process.stop())));
  expect(codes).toEqual([0, 0]);
  expect(await lost()).toEqual(before);
});

test('a gateway, the user and the payment service that stop amid requests answer all that came', async () => {
  const buyers = await shop.accounts(AT_ONCE);
  const { id: productId } = await shop.createProduct({ stock: BUYERS, limitPerBuyer: 1 });
  const orders = await Promise.all(buyers.map((buyer) => buyer.places([{ productId, quantity: 1 }])));
  const answers: GraphqlAnswer[] = [];
  // As a load balancer does: whom an answer told that its connection ends is asked no more.
  const untilSentAway = async (buyer: Buyer, index: number) => {
    const { id } = orders[index]!;
    for (let answer: GraphqlAnswer | undefined; answer?.headers.connection !== 'close';) {
      answer = await (answers.length % 2 ? buyer.send('{ me { id } }') : buyer.startPayment(id));
      answers.push(answer);
    }
  };
  const all = Promise.all(buyers.map(untilSentAway));
  await eventually(() => expect(answers.length).toBeGreaterThanOrEqual(AT_ONCE));
  const { gateway, user, payment } = shop.services;
  const codes = await Promise.all([gateway, user, payment].map((process) => process.stop()));
  await all;
  expect(answers.filter(({ errors }) => errors)).toEqual([]);
  expect(codes).toEqual([0, 0, 0]);
});

/** Sells all there is to as many buyers, and does something amid it. */
async function sellWhile<T>(work: () => Promise<T>): Promise<T> {
  const product = await shop.createProduct({ stock: BUYERS, limitPerBuyer: 1 });
  const client = patient(shop.client);
  const buyers = (await shop.accounts(BUYERS)).map(({ account }) => new Buyer(account, client));
  let bought = 0;
  const waiting = buyers.values();
  const worker = async () => {
    for (const buyer of waiting) {
      await buyer.buys([{ productId: product.id, quantity: 1 }]);
      bought += 1;
    }
  };
  const all = Promise.all(Array.from({ length: AT_ONCE }, worker));
  const amid = async () => {
    await eventually(() => expect(bought).toBeGreaterThanOrEqual(AT_ONCE));
    expect(bought).toBeLessThan(BUYERS);
    return work();
  };
  const [done] = await Promise.all([amid(), all]);
  await isSoldOut(product);
  return done;
}

async function isSoldOut({ id }: { id: string }): Promise<void> {
  await shop.invariants();
  const [row] = await shop.sql('order').query<{ confirmed: number }>(
    `SELECT count(*) AS confirmed FROM orders JOIN order_line ON order_line.order_id = orders.id
       WHERE product_id = $1 AND status = 'CONFIRMED'`,
    [id],
  );
  expect(row?.confirmed).toBe(BUYERS);
}

/** What the gateway has sent and got no answer to. */
async function lost(): Promise<string[]> {
  const text = await (await fetch(`${shop.gatewayUrl}/metrics`)).text();
  const isOf =
    /^stampede_(subgraph_seconds_count\{.*outcome="failed"|upstream_retries_total\{.*reason="(lost|status)")/;
  return text.split('\n').filter((line) => isOf.test(line) && !line.endsWith(' 0'));
}

/** As every client is told to (docs/answers.md): asks again what could not be answered or decided, which is safe. */
function patient(client: GraphqlClient): GraphqlClient {
  const isAway = ({ errors }: GraphqlAnswer) =>
    errors?.some(({ extensions }) => extensions.code === 'SERVICE_UNAVAILABLE');
  const isPending = ({ data }: GraphqlAnswer) => data?.approvePayment?.__typename === 'PaymentPending';
  return {
    ...client,
    send: (...operation) =>
      eventually(async () => {
        const answer = await client.send(...operation);
        if (isAway(answer) || isPending(answer)) throw new Error(JSON.stringify(answer));
        return answer;
      }),
  };
}
