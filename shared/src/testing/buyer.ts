import { randomUUID } from 'node:crypto';
import type { TestAccount } from './accounts.js';
import { eventually } from './eventually.js';
import type { GraphqlAnswer, GraphqlClient } from './graphql-client.js';
import * as operations from './buyer-operations.js';
import { agreeAtProvider, type Agreed, type ProviderName } from './pay-at-provider.js';

export interface Line {
  productId: string;
  quantity: number;
}

/** Where a parcel goes: to an address that the buyer has saved, or to one that they give. */
export type ShipTo = { addressId?: string; address?: object };

interface SeenOrder {
  status: string;
  timeline: { status: string }[];
}

/** One signed-in person, who does what a person does, through the gateway. */
export class Buyer {
  constructor(
    readonly account: TestAccount,
    private readonly client: GraphqlClient,
  ) {}

  get id(): string {
    return this.account.id;
  }

  /** Sends an operation with this person's token; `headers` may replace it. */
  send(query: string, variables?: object, headers: Record<string, string> = {}): Promise<GraphqlAnswer> {
    return this.client.send(query, variables, {
      authorization: `Bearer ${this.account.accessToken}`,
      ...headers,
    });
  }

  /** 0 units take the line out of the cart. */
  setCartLine(productId: string, quantity = 1): Promise<GraphqlAnswer> {
    return this.send(operations.SET_CART_LINE, { productId, quantity });
  }

  cart(): Promise<GraphqlAnswer> {
    return this.send(operations.CART);
  }

  /** @param lines null: what is in the cart */
  checkout(
    lines: Line[] | null,
    idempotencyKey: string = randomUUID(),
    shipTo: ShipTo = {},
  ): Promise<GraphqlAnswer> {
    return this.send(operations.CHECKOUT, { input: { lines, idempotencyKey, ...shipTo } });
  }

  startPayment(
    orderId: string,
    returnUrl = 'http://localhost:4000/return',
    provider: ProviderName = 'KAKAOPAY',
  ): Promise<GraphqlAnswer> {
    return this.send(operations.START, { input: { orderId, provider, returnUrl } });
  }

  /** @param amount won, as the provider's redirect carried it; Toss Payments' does */
  approvePayment(paymentId: string, token: string, amount?: number): Promise<GraphqlAnswer> {
    return this.send(operations.APPROVE, { input: { paymentId, token, amount } });
  }

  cancelOrder(id: string): Promise<GraphqlAnswer> {
    return this.send(operations.CANCEL, { id });
  }

  order(id: string): Promise<GraphqlAnswer> {
    return this.send(operations.ORDER, { id });
  }

  /** Checks out, and gives the order. @throws Error when there is none. */
  async places(
    lines: Line[] | null,
    idempotencyKey?: string,
    shipTo?: ShipTo,
  ): Promise<{ id: string; payBy: string }> {
    const answer = await this.checkout(lines, idempotencyKey, shipTo);
    return expectType(answer, 'checkout', 'Order');
  }

  /** Starts a payment and presses “pay” on the provider's page. @returns what approves it */
  async paysAtProvider(
    orderId: string,
    choice = 'card',
    provider: ProviderName = 'KAKAOPAY',
  ): Promise<Agreed & { paymentId: string }> {
    const started = await this.startPayment(orderId, undefined, provider);
    const { id, redirectUrl } = expectType(started, 'startPayment', 'Payment');
    return { paymentId: String(id), ...(await agreeAtProvider(provider, String(redirectUrl), choice)) };
  }

  /** Buys: places the order, pays, and waits until it is confirmed. @returns the order as it stands */
  async buys(lines: Line[] | null, shipTo?: ShipTo) {
    const { id } = await this.places(lines, undefined, shipTo);
    await this.pays(id);
    return this.seesConfirmed(id);
  }

  /** As {@link buys}, of what is in the cart. */
  buysCart(shipTo?: ShipTo) {
    return this.buys(null, shipTo);
  }

  /** Pays an order that has been placed. @throws Error when the payment is not approved */
  async pays(orderId: string, provider?: ProviderName): Promise<void> {
    const { paymentId, token, amount } = await this.paysAtProvider(orderId, 'card', provider);
    expectType(await this.approvePayment(paymentId, token, amount), 'approvePayment', 'Payment');
  }

  /** Cancels an order. @throws Error when it is refused */
  async cancels(id: string): Promise<{ id: string; status: string }> {
    return expectType(await this.cancelOrder(id), 'cancelOrder', 'Order');
  }

  /** Hands an order's parcel to the carrier, as its seller or an operator. */
  shipOrder(id: string, carrier = 'CJ Logistics', trackingNumber = '640012345678'): Promise<GraphqlAnswer> {
    return this.send(operations.SHIP, { id, carrier, trackingNumber });
  }

  /** As {@link shipOrder}. @throws Error when it is refused */
  async ships(
    id: string,
    carrier?: string,
    trackingNumber?: string,
  ): Promise<{ id: string; status: string }> {
    const answer = await this.shipOrder(id, carrier, trackingNumber);
    if (!answer.data?.shipOrder) throw new Error(`shipOrder gave ${JSON.stringify(answer)}`);
    return answer.data.shipOrder as { id: string; status: string };
  }

  /** Waits until the order has been CONFIRMED: its delivery may have gone on since. @throws Error when it never is */
  seesConfirmed(id: string) {
    return this.sees(id, 'CONFIRMED', ({ timeline }) =>
      timeline.some(({ status }) => status === 'CONFIRMED'),
    );
  }

  /** Waits until the order is in this status. @throws Error when it never is */
  seesOrder(id: string, status: string) {
    return this.sees(id, status, (order) => order.status === status);
  }

  private async sees(id: string, what: string, isSo: (order: SeenOrder) => boolean) {
    return eventually(async () => {
      const { data, errors } = await this.order(id);
      if (!data?.order || !isSo(data.order as SeenOrder)) {
        throw new Error(`order ${id} is ${data?.order?.status}, not ${what}: ${JSON.stringify(errors)}`);
      }
      return data.order;
    });
  }
}

// oxlint-disable-next-line typescript/no-explicit-any
function expectType(answer: GraphqlAnswer, field: string, type: string): any {
  const result = answer.data?.[field];
  if (result?.__typename !== type) throw new Error(`${field} gave ${JSON.stringify(answer)}, not ${type}`);
  return result;
}
