import { openEmulators } from '../src/server.js';
import type { TossOptions } from '../src/toss/routes.js';

export interface Called {
  status: number;
  body: Record<string, unknown>;
}

export const CLIENT_KEY = 'local-only-toss-client-key';
export const ORDER = {
  clientKey: CLIENT_KEY,
  method: 'CARD',
  currency: 'KRW',
  amount: '22000',
  orderId: 'order-1',
  orderName: 'Sneaker',
  successUrl: 'http://shop.test/return?payment=p%201',
  failUrl: 'http://shop.test/return?payment=p%201&outcome=failed',
};

/** What confirm needs. */
export interface Paid {
  paymentKey: string;
  orderId: string;
  amount: number;
}

export function basic(secretKey: string): string {
  return `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;
}

/** A shop that takes Toss Payments, with a clock of its own. */
export async function openTossShop(toss: Partial<TossOptions> = {}) {
  let clock = Date.parse('2026-11-20T03:00:00Z');
  const emulators = await openEmulators({ now: () => new Date(clock), toss });
  const { url } = emulators;

  async function send(method: string, path: string, body?: unknown, headers: object = {}): Promise<Called> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: basic('local-only-secret'), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** @returns where the window led, or the status of its page */
  async function visit(address: string, choice?: string, method = 'POST'): Promise<string> {
    const body = new URLSearchParams(choice === undefined ? {} : { choice });
    const response = await fetch(address, {
      method,
      redirect: 'manual',
      ...(method === 'POST' && { body }),
    });
    return response.status === 303 ? String(response.headers.get('location')) : `status ${response.status}`;
  }

  const windowAddress = (changes: Record<string, string | undefined> = {}): string => {
    const asked = Object.entries({ ...ORDER, ...changes }).filter(([, value]) => value !== undefined);
    return `${url}/toss/payment-window?${new URLSearchParams(asked).toString()}`;
  };

  async function paid(changes: Record<string, string> = {}, choice?: string): Promise<Paid> {
    const back = new URL(await visit(windowAddress(changes), choice)).searchParams;
    return {
      paymentKey: back.get('paymentKey') ?? '',
      orderId: back.get('orderId') ?? '',
      amount: Number(back.get('amount')),
    };
  }

  const confirm = (body: unknown, headers?: object): Promise<Called> =>
    send('POST', '/toss/v1/payments/confirm', body, headers);

  return {
    url,
    send,
    visit,
    windowAddress,
    paid,
    confirm,
    /** Moves the emulator's clock on. */
    passes: (ms: number): void => {
      clock += ms;
    },
    /** Paid and confirmed. */
    async done(changes?: Record<string, string>, choice?: string): Promise<Paid> {
      const payment = await paid(changes, choice);
      await confirm(payment);
      return payment;
    },
    cancel: (paymentKey: string, body: unknown, headers?: object): Promise<Called> =>
      send('POST', `/toss/v1/payments/${paymentKey}/cancel`, body, headers),
    lookup: (name: string, headers?: object): Promise<Called> =>
      send('GET', `/toss/v1/payments/${name}`, undefined, headers),
    status: async (name: string): Promise<unknown> =>
      (await send('GET', `/toss/v1/payments/${name}`)).body['status'],
    fault: (order: object): Promise<Called> => send('POST', '/faults', order),
    close: () => emulators.close(),
    [Symbol.asyncDispose]: () => emulators.close(),
  };
}
