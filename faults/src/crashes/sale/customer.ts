import {
  agreeAtProvider,
  type Agreed,
  type Buyer,
  type GraphqlAnswer,
  type Line,
  type ProviderName,
} from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { untilAnswered, untilSo, WrongAnswer } from './until-answered.js';

const ORDER = 'query ($id: ID!) { order(id: $id) { status timeline { status } } }';
const PAYMENTS = 'query ($id: ID!) { order(id: $id) { payments { id status } } }';
const ABANDON = 'mutation ($id: ID!) { abandonPayment(id: $id) { id status } }';

/** What somebody was told under a key. */
export interface Told {
  customer: Customer;
  lines: Line[];
  key: string;
  orderId: string;
}

export interface AgreedPayment extends Agreed {
  paymentId: string;
}

/** A buyer who goes on asking, the same under the same key, until there is a true answer. */
export class Customer {
  constructor(
    readonly buyer: Buyer,
    /** Where it is written down which order was given under which key. */
    private readonly told: Told[],
  ) {}

  get id(): string {
    return this.buyer.id;
  }

  ask(field: string, query: string, variables: object = {}) {
    return this.answered(field, () => this.buyer.send(query, variables));
  }

  private answered(field: string, ask: () => Promise<GraphqlAnswer>) {
    return untilAnswered(field, ask);
  }

  /** @returns the member of the union. @param lines null: what is in the cart */
  async checkout(lines: Line[] | null, key: string = randomUUID()) {
    const answer = await this.answered('checkout', () => this.buyer.checkout(lines, key));
    if (answer.__typename === 'Order' && lines) {
      this.told.push({ customer: this, lines, key, orderId: String(answer.id) });
    }
    return answer;
  }

  /** @returns the order's id. @throws WrongAnswer when there is none: for what must be had */
  async places(lines: Line[] | null, key?: string): Promise<string> {
    return String((await this.expects('Order', this.checkout(lines, key))).id);
  }

  /** Starts a payment and presses a button at the provider. */
  async agrees(orderId: string, provider: ProviderName, choice = 'card'): Promise<AgreedPayment> {
    const start = () => this.buyer.startPayment(orderId, undefined, provider);
    const started = await this.expects('Payment', this.answered('startPayment', start));
    const page = String(started.redirectUrl);
    // The page of one provider is our own: it may be away as well.
    const agreed = await untilSo(`${provider} shows its page`, () =>
      agreeAtProvider(provider, page, choice).catch(() => undefined),
    );
    return { paymentId: String(started.id), ...agreed };
  }

  /** @returns the member of the union, once the payment is decided */
  approves({ paymentId, token, amount }: AgreedPayment) {
    const approve = () =>
      this.answered('approvePayment', () => this.buyer.approvePayment(paymentId, token, amount));
    return untilSo(`payment ${paymentId} is decided`, async () => {
      const answer = await approve();
      return answer.__typename === 'PaymentPending' ? undefined : answer;
    });
  }

  /** Pays an order that has been placed. @throws WrongAnswer when that is not approved in the end */
  async pays(orderId: string, provider: ProviderName = 'KAKAOPAY'): Promise<void> {
    await this.expects('Payment', this.approves(await this.agrees(orderId, provider)));
  }

  /** Places, pays and sees it confirmed. @returns the order's id */
  async buys(lines: Line[] | null, provider?: ProviderName): Promise<string> {
    const id = await this.places(lines);
    await this.pays(id, provider);
    await this.sees(id, 'CONFIRMED');
    return id;
  }

  abandons(paymentId: string) {
    return this.ask('abandonPayment', ABANDON, { id: paymentId });
  }

  /** @returns the member of the union */
  cancels(orderId: string) {
    return this.answered('cancelOrder', () => this.buyer.cancelOrder(orderId));
  }

  /** Waits until the order is in one of these statuses. @throws WrongAnswer when it never is */
  async sees(orderId: string, ...statuses: string[]): Promise<string> {
    let last = 'not seen';
    const look = async () => {
      const order = await this.ask('order', ORDER, { id: orderId });
      last = order?.status ?? 'missing';
      return statuses.includes(last) ? last : undefined;
    };
    return untilSo(`order ${orderId} is ${statuses.join(' or ')}`, look).catch((error: unknown) => {
      throw new WrongAnswer(`${(error as Error).message}; it is ${last}`);
    });
  }

  /** Waits until one of the order's payments is in this status. */
  seesPayment(orderId: string, paymentId: string, status: string): Promise<true> {
    return untilSo(`payment ${paymentId} is ${status}`, async () => {
      const { payments } = await this.ask('order', PAYMENTS, { id: orderId });
      const found = (payments as { id: string; status: string }[]).find(({ id }) => id === paymentId);
      return found?.status === status ? true : undefined;
    });
  }

  private async expects(type: string, answer: Promise<Record<string, unknown>>) {
    const given = await answer;
    if (given.__typename === type) return given;
    throw new WrongAnswer(`${JSON.stringify(given)} was answered in place of ${type}`);
  }
}
