import { openKakaoPay, type ApproveInput, type KakaoPay, type ReadyInput } from '../src/kakaopay/index.js';
import { openCannedServer, type CannedServer } from './canned-server.fixture.js';
import { startEmulators } from './emulators.fixture.js';

export const KEY = 'local-only-kakaopay';

export const INPUT: ReadyInput = {
  partnerOrderId: 'order-1',
  partnerUserId: 'user-1',
  itemName: 'Sneaker',
  quantity: 1,
  amount: 22_000,
  approvalUrl: 'http://localhost:4000/return?payment=1',
  cancelUrl: 'http://localhost:4000/return?payment=1',
  failUrl: 'http://localhost:4000/return?payment=1',
};

export interface Emulator extends AsyncDisposable {
  url: string;
  client(options?: { secretKey?: string; cid?: string; readTimeoutMs?: number }): KakaoPay;
  /** Posts to /faults for KakaoPay. A withheld answer ends with the connection, after a moment. */
  fault(operation: string, fault: string): Promise<void>;
  calls(tid: string): Promise<Record<string, number>>;
}

export async function openEmulator(variables: Record<string, string> = {}): Promise<Emulator> {
  const emulators = await startEmulators(variables);
  const { url } = emulators;
  const clients: KakaoPay[] = [];
  return {
    url,
    client: (options) => {
      const defaults = { secretKey: KEY, cid: 'TC0ONETIME', readTimeoutMs: 10_000 };
      const client = openKakaoPay({ baseUrl: `${url}/kakaopay`, ...defaults, ...options });
      clients.push(client);
      return client;
    },
    fault: (operation, fault) => emulators.fault('kakaopay', operation, fault),
    calls: async (tid) => {
      const response = await fetch(`${url}/kakaopay/calls?tid=${tid}`);
      return (await response.json()) as Record<string, number>;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await emulators[Symbol.asyncDispose]();
    },
  };
}

export async function begin(
  kakaopay: KakaoPay,
  input = INPUT,
): Promise<{ tid: string; redirectUrl: string }> {
  const outcome = await kakaopay.ready(input);
  if (outcome.kind !== 'ready') throw new Error(`ready ended as ${outcome.kind}`);
  return outcome;
}

/** Presses a button of the buyer's page; where it led. */
export async function press(redirectUrl: string, choice: string): Promise<URL> {
  const body = new URLSearchParams({ choice });
  const response = await fetch(redirectUrl, { method: 'POST', body, redirect: 'manual' });
  return new URL(response.headers.get('location') ?? '');
}

/** Begins a payment that the buyer then agrees to: what approve needs. */
export async function agreed(kakaopay: KakaoPay, choice = 'card'): Promise<ApproveInput> {
  const { tid, redirectUrl } = await begin(kakaopay);
  const pgToken = (await press(redirectUrl, choice)).searchParams.get('pg_token') ?? '';
  return {
    tid,
    partnerOrderId: INPUT.partnerOrderId,
    partnerUserId: INPUT.partnerUserId,
    pgToken,
    amount: INPUT.amount,
  };
}

export interface Canned extends AsyncDisposable {
  kakaopay: KakaoPay;
  received: CannedServer['received'];
}

export async function openCanned(status: number, body: unknown): Promise<Canned> {
  const server = await openCannedServer(status, body);
  const { baseUrl, received } = server;
  const kakaopay = openKakaoPay({ baseUrl, secretKey: KEY, cid: 'TC0ONETIME', readTimeoutMs: 5_000 });
  return {
    kakaopay,
    received,
    [Symbol.asyncDispose]: async () => {
      await kakaopay.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
