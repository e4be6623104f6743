import { Buyer, openGraphqlClient, type Shop } from '@stampede/shared/testing';

/** One more replica of order, and a gateway that asks that one: what a buyer's other device may meet. */
export async function openSecondFront(shop: Shop) {
  const order = await shop.services.order.another();
  const gateway = await shop.services.gateway.another({ ORDER_URL: order.url });
  const client = openGraphqlClient(`${gateway.url}/graphql`);
  const close = async () => {
    await client.close();
    await gateway.stop();
    await order.stop();
  };
  try {
    for (const service of [order, gateway]) service.start();
    await Promise.all([order.ready(), gateway.ready()]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    /** The same person, on a device that the second front serves. */
    device: (buyer: Buyer) => new Buyer(buyer.account, client),
    [Symbol.asyncDispose]: close,
  };
}

export type SecondFront = Awaited<ReturnType<typeof openSecondFront>>;
