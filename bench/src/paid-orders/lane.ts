import { agreeAtProvider, type Agreed, type Buyer } from '@stampede/shared/testing';
import { checkoutRequest } from '../checkouts/checkout-request.js';
import { ask } from '../load/ask.js';
import { openConnection, type Connection } from '../load/connection.js';
import { monotonicMs } from '../measure/monotonic.js';
import type { PaidOrdersParts } from './parts.js';
import { approveRequest, expectType, pressRequest, readToken, startRequest } from './requests.js';

/** An order whose buyer has pressed “pay” on the provider's page, and comes back with this. */
export interface Pressed {
  orderId: string;
  buyer: Buyer;
  paymentId: string;
  agreed: Agreed;
  /** When “buy” was pressed, by the machine's monotonic clock. */
  checkoutAt: number;
}

/** An order whose payment was approved. Times of the machine's monotonic clock. */
export interface Approved {
  orderId: string;
  checkoutAt: number;
  approveAt: number;
  approvedAt: number;
}

/** One buyer after the other, over a connection to the gateway and one to the provider. */
export interface Lane {
  /** Checks out, starts a payment and presses “pay”. @throws Error what came instead */
  press(buyer: Buyer, productId: string): Promise<Pressed>;
  /** @throws Error what came instead */
  approve(pressed: Pressed): Promise<Approved>;
  close(): void;
}

export function openLane({ gateway, provider }: Pick<PaidOrdersParts, 'gateway' | 'provider'>): Lane {
  const toGateway = openConnection(gateway.hostname, Number(gateway.port));
  let toProvider: { host: string; connection: Connection } | undefined;

  function providerAt({ host, hostname, port }: URL): Connection {
    if (toProvider?.host !== host) {
      toProvider?.connection.close();
      toProvider = { host, connection: openConnection(hostname, Number(port)) };
    }
    return toProvider.connection;
  }

  /** As a browser does, but for what it would show. */
  async function agree(redirectUrl: string): Promise<Agreed> {
    if (provider !== 'KAKAOPAY') return agreeAtProvider(provider, redirectUrl);
    const page = new URL(redirectUrl);
    return { token: readToken(await ask(providerAt(page), pressRequest(page))) };
  }

  return {
    press: async (buyer, productId) => {
      const checkoutAt = monotonicMs();
      const placed = await ask(toGateway, checkoutRequest(gateway, buyer, productId));
      const orderId = expectType(placed, 'checkout', 'Order').id!;
      const started = await ask(toGateway, startRequest({ gateway, provider }, buyer, orderId));
      const { id: paymentId, redirectUrl } = expectType(started, 'startPayment', 'Payment');
      const agreed = await agree(redirectUrl!);
      return { orderId, buyer, paymentId: paymentId!, agreed, checkoutAt };
    },
    approve: async ({ orderId, buyer, paymentId, agreed, checkoutAt }) => {
      const approveAt = monotonicMs();
      const answer = await ask(toGateway, approveRequest(gateway, buyer, { paymentId, agreed }));
      const approvedAt = monotonicMs();
      expectType(answer, 'approvePayment', 'Payment');
      return { orderId, checkoutAt, approveAt, approvedAt };
    },
    close: () => {
      toGateway.close();
      toProvider?.connection.close();
    },
  };
}
