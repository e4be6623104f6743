import { randomUUID } from 'node:crypto';
import type { NamedPayment, Provider } from '../src/provider/index.js';
import { openTossProvider } from '../src/toss/toss-provider.js';
import { openCannedServer, type CannedServer } from './canned-server.fixture.js';
import { startEmulators } from './emulators.fixture.js';

export const KEY = 'local-only-toss';
const SDK_KEY = 'local-only-toss-client-key';
const PUBLIC_URL = 'http://localhost:4000/';

export type TossPayment = NamedPayment & { attempt: number };

/** A payment of 22,000 won that nobody has paid. */
export const payment = (): TossPayment => ({
  id: randomUUID(),
  order_id: randomUUID(),
  buyer_id: randomUUID(),
  amount: 22_000,
  provider_id: null,
  attempt: 1,
});

export interface TossEmulator extends AsyncDisposable {
  provider(timeoutMs?: number, secretKey?: string): Provider;
  fault(operation: string, fault: string, delayMs?: number): Promise<void>;
  /** By the payment's id. */
  calls(orderId: string): Promise<Record<'confirm' | 'lookup' | 'cancel', number>>;
  /** Opens the provider's window as its SDK does. @returns its address */
  opensWindow(payment: TossPayment, amount?: number): Promise<string>;
  /** Presses a button of the window. @returns the parameters that the buyer comes back with */
  presses(window: string, choice: string): Promise<URLSearchParams>;
  /** Both. @returns the paymentKey, which is the token */
  agrees(payment: TossPayment, choice?: string, amount?: number): Promise<string>;
}

export async function openEmulator(variables: Record<string, string> = {}): Promise<TossEmulator> {
  const emulators = await startEmulators(variables);
  const base = `${emulators.url}/toss`;
  const providers: Provider[] = [];
  const go = async (address: string, init: RequestInit = {}) => {
    const response = await fetch(address, { redirect: 'manual', ...init });
    return response.headers.get('location') ?? '';
  };
  const opensWindow = ({ id: orderId, amount: owed }: TossPayment, amount = owed) => {
    const address = new URL(`${base}/payment-window`);
    const asked = { clientKey: SDK_KEY, orderId, orderName: 'Fox', amount: String(amount) };
    const back = { successUrl: `${PUBLIC_URL}return`, failUrl: `${PUBLIC_URL}return` };
    for (const [name, value] of Object.entries({ ...asked, ...back })) address.searchParams.set(name, value);
    return go(address.href);
  };
  const presses = async (window: string, choice: string) => {
    const body = new URLSearchParams({ choice });
    return new URL(await go(window, { method: 'POST', body })).searchParams;
  };
  return {
    provider: (timeoutMs = 10_000, secretKey = KEY) => {
      const provider = openTossProvider({ baseUrl: base, secretKey, timeoutMs, publicUrl: PUBLIC_URL });
      providers.push(provider);
      return provider;
    },
    fault: (operation, fault, delayMs) => emulators.fault('toss', operation, fault, delayMs),
    calls: async (orderId) => {
      const response = await fetch(`${base}/calls?orderId=${orderId}`);
      return (await response.json()) as Record<'confirm' | 'lookup' | 'cancel', number>;
    },
    opensWindow,
    presses,
    agrees: async (payment, choice = 'card', amount = payment.amount) => {
      const back = await presses(await opensWindow(payment, amount), choice);
      return back.get('paymentKey') ?? '';
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(providers.map((provider) => provider.close()));
      await emulators[Symbol.asyncDispose]();
    },
  };
}

export interface CannedToss extends AsyncDisposable {
  provider: Provider;
  received: CannedServer['received'];
}

export async function openCanned(
  status: number,
  body: unknown,
  others?: Record<string, [status: number, answer: unknown]>,
): Promise<CannedToss> {
  const server = await openCannedServer(status, body, others);
  const { baseUrl, received } = server;
  const provider = openTossProvider({ baseUrl, secretKey: KEY, timeoutMs: 5_000, publicUrl: PUBLIC_URL });
  return {
    provider,
    received,
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
