import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  Buyer,
  eventually,
  openGraphqlClient,
  openShop,
  type GraphqlAnswer,
  type GraphqlClient,
  type ServiceProcess,
  type Shop,
} from '@stampede/shared/testing';

const BUYERS = 60;
const AT_ONCE = 12;
/** More than a gateway takes to notice that a replica is not ready. */
const DRAIN = { DRAIN_MS: '2500' };

let shop: Shop;
let second: ServiceProcess;
beforeAll(async () => {
  shop = await openShop({
    stock: 1,
    replicas: { order: 2, catalog: 2, payment: 2 },
    env: { order: DRAIN, catalog: DRAIN, payment: DRAIN, gateway: DRAIN },
  });
  second = await shop.services.gateway.another();
  second.start();
  await second.ready();
});
afterAll(async () => {
  await second?.stop();
  await shop?.[Symbol.asyncDispose]();
});

test('a replica of order and one of catalog that are killed amid a sale cost no buyer anything', async () => {
  const product = await shop.createProduct({ stock: BUYERS, limitPerBuyer: 1 });
  const buyers = asBuyers(await shop.accounts(BUYERS), patient(shop.client));
  const { bought, all } = sellTo(buyers, product);
  await eventually(() => expect(bought()).toBeGreaterThanOrEqual(AT_ONCE));
  const killed = [shop.replicas.order[1]!, shop.replicas.catalog[1]!];
  await Promise.all(killed.map((process) => process.stop('SIGKILL')));
  const before = bought();
  for (const process of killed) process.start();
  expect(before).toBeLessThan(BUYERS);
  await all;
  await isSoldOut(product);
  for (const process of killed) await process.ready();
});

test('a process of each service, and of the gateway, that stops amid a sale loses no request', async () => {
  const product = await shop.createProduct({ stock: BUYERS, limitPerBuyer: 1 });
  const fronts = [shop.client, openGraphqlClient(`${second.url}/graphql`)] as const;
  try {
    const buyers = asBuyers(await shop.accounts(BUYERS), balanced(...fronts));
    const { bought, all } = sellTo(buyers, product);
    await eventually(() => expect(bought()).toBeGreaterThanOrEqual(AT_ONCE));
    const { order, catalog, payment } = shop.replicas;
    const stopping = [order[0]!, catalog[0]!, payment[0]!, shop.services.gateway];
    const codes = Promise.all(stopping.map((process) => process.stop()));
    expect(bought()).toBeLessThan(BUYERS);
    await all;
    expect(await codes).toEqual([0, 0, 0, 0]);
    await isSoldOut(product);
  } finally {
    await fronts[1].close();
  }
});

const asBuyers = (accounts: Buyer[], client: GraphqlClient) =>
  accounts.map(({ account }) => new Buyer(account, client));

/** Each buys, pays, and sees that it is confirmed; so many at once. `all` rejects with what the first one saw that did not. */
function sellTo(buyers: Buyer[], { id: productId }: { id: string }) {
  let bought = 0;
  const waiting = buyers.values();
  const worker = async () => {
    for (const buyer of waiting) {
      await buyer.buys([{ productId, quantity: 1 }]);
      bought += 1;
    }
  };
  const all = Promise.all(Array.from({ length: AT_ONCE }, worker));
  // Whoever awaits it is told.
  all.catch(() => undefined);
  return { bought: () => bought, all };
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

/** As a load balancer does: whom an answer told that its connection ends is asked no more. */
function balanced(first: GraphqlClient, second: GraphqlClient): GraphqlClient {
  let current = first;
  return {
    ...first,
    send: async (...operation) => {
      const asked = current;
      const answer = await asked.send(...operation);
      if (asked === first && answer.headers.connection === 'close') current = second;
      return answer;
    },
  };
}
