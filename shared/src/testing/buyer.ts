import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { TestAccount } from './accounts.js';
import { eventually } from './eventually.js';
import type { GraphqlAnswer, GraphqlClient } from './graphql-client.js';

export interface Line {
  productId: string;
  quantity: number;
}

const REJECTION = '... on Rejection { message }';
const CHECKOUT = `mutation ($input: CheckoutInput!) { checkout(input: $input) {
  __typename ${REJECTION}
  ... on Order { id number status total { amount } payBy }
  ... on SoldOut { productId available }
  ... on SaleNotOpen { productId phase opensAt }
  ... on LimitExceeded { productId limit alreadyOrdered } } }`;
const START = `mutation ($input: StartPaymentInput!) { startPayment(input: $input) {
  __typename ${REJECTION} ... on Payment { id status redirectUrl amount { amount } } } }`;
const APPROVE = `mutation ($input: ApprovePaymentInput!) { approvePayment(input: $input) {
  __typename ${REJECTION}
  ... on Payment { id status approvedAt }
  ... on PaymentDeclined { reason payment { id status } }
  ... on PaymentPending { payment { id status } }
  ... on OrderNotPayable { orderId } } }`;
const CANCEL = `mutation ($id: ID!) { cancelOrder(id: $id) {
  __typename ${REJECTION} ... on Order { id status } ... on OrderNotCancellable { order { id status } } } }`;
const ORDER = `query ($id: ID!) { order(id: $id) {
  id number status total { amount } refunded { amount } refundQuote { amount } payBy
  buyer { id name } timeline { status reason }
  lines { productId productName quantity unitPrice { amount } subtotal { amount }
    product { id name seller { id displayName } stock { total available held sold } } }
  payments { id status amount { amount } refunded { amount } declineReason } } }`;

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

  checkout(lines: Line[], idempotencyKey: string = randomUUID()): Promise<GraphqlAnswer> {
    return this.send(CHECKOUT, { input: { lines, idempotencyKey } });
  }

  startPayment(orderId: string, returnUrl = 'http://localhost:4000/return'): Promise<GraphqlAnswer> {
    return this.send(START, { input: { orderId, provider: 'KAKAOPAY', returnUrl } });
  }

  approvePayment(paymentId: string, token: string): Promise<GraphqlAnswer> {
    return this.send(APPROVE, { input: { paymentId, token } });
  }

  cancelOrder(id: string): Promise<GraphqlAnswer> {
    return this.send(CANCEL, { id });
  }

  order(id: string): Promise<GraphqlAnswer> {
    return this.send(ORDER, { id });
  }

  /** Checks out, and gives the order. @throws Error when there is none. */
  async places(lines: Line[], idempotencyKey?: string): Promise<{ id: string; payBy: string }> {
    const answer = await this.checkout(lines, idempotencyKey);
    return expectType(answer, 'checkout', 'Order');
  }

  /** Starts a payment and presses “pay” on the provider's page. @returns what approves it */
  async paysAtProvider(orderId: string, choice = 'card'): Promise<{ paymentId: string; token: string }> {
    const payment = expectType(await this.startPayment(orderId), 'startPayment', 'Payment');
    return { paymentId: String(payment.id), token: await pressPay(String(payment.redirectUrl), choice) };
  }

  /** Buys: places the order, pays, and waits until it is CONFIRMED. @returns the order as it stands */
  async buys(lines: Line[]) {
    const { id } = await this.places(lines);
    const { paymentId, token } = await this.paysAtProvider(id);
    expectType(await this.approvePayment(paymentId, token), 'approvePayment', 'Payment');
    return this.seesOrder(id, 'CONFIRMED');
  }

  /** Waits until the order is in this status. @throws Error when it never is */
  async seesOrder(id: string, status: string) {
    return eventually(async () => {
      const { data, errors } = await this.order(id);
      if (data?.order?.status !== status) {
        throw new Error(`order ${id} is ${data?.order?.status}, not ${status}: ${JSON.stringify(errors)}`);
      }
      return data.order;
    });
  }
}

/** Presses a button of the emulator's page as a person does. @returns the token that came back, or '' */
export async function pressPay(redirectUrl: string, choice = 'card'): Promise<string> {
  const response = await request(redirectUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `choice=${choice}`,
  });
  await response.body.dump();
  const location = response.headers.location;
  if (typeof location !== 'string') throw new Error(`the provider's page answered ${response.statusCode}`);
  return new URL(location).searchParams.get('pg_token') ?? '';
}

// oxlint-disable-next-line typescript/no-explicit-any
function expectType(answer: GraphqlAnswer, field: string, type: string): any {
  const result = answer.data?.[field];
  if (result?.__typename !== type) throw new Error(`${field} gave ${JSON.stringify(answer)}, not ${type}`);
  return result;
}
