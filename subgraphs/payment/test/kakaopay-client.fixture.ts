import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openKakaoPay, type ApproveInput, type KakaoPay, type ReadyInput } from '../src/kakaopay/index.js';

const main = fileURLToPath(new URL('../../../emulators/dist/main.js', import.meta.url));

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

/** The emulator as its own process, as everywhere else. */
export async function openEmulator(variables: Record<string, string> = {}): Promise<Emulator> {
  const child = spawn(process.execPath, [main], {
    env: { PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const clients: KakaoPay[] = [];
  return {
    url,
    client: (options) => {
      const defaults = { secretKey: KEY, cid: 'TC0ONETIME', readTimeoutMs: 10_000 };
      const client = openKakaoPay({ baseUrl: `${url}/kakaopay`, ...defaults, ...options });
      clients.push(client);
      return client;
    },
    fault: async (operation, fault) => {
      const body = JSON.stringify({ target: 'kakaopay', operation, fault, delayMs: 20 });
      const response = await fetch(`${url}/faults`, { method: 'POST', body });
      if (!response.ok) throw new Error(await response.text());
    },
    calls: async (tid) => {
      const response = await fetch(`${url}/kakaopay/calls?tid=${tid}`);
      return (await response.json()) as Record<string, number>;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.close()));
      child.kill('SIGTERM');
      await once(child, 'exit');
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
  received: { authorization: string | undefined; body: unknown }[];
}

/** A provider that always gives the one answer, for what the emulator never says. */
export async function openCanned(status: number, body: unknown): Promise<Canned> {
  const received: Canned['received'] = [];
  const server = createServer((request, response) => {
    let sent = '';
    request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
    request.on('end', () => {
      received.push({ authorization: request.headers.authorization, body: JSON.parse(sent) });
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const kakaopay = openKakaoPay({ baseUrl, secretKey: KEY, cid: 'TC0ONETIME', readTimeoutMs: 5_000 });
  return {
    kakaopay,
    received,
    [Symbol.asyncDispose]: async () => {
      await kakaopay.close();
      server.close();
    },
  };
}
