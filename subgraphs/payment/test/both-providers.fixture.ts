import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { landLateCalls, moneyAtProvider, setFault, TOSS_KEY, type Fault } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { openProviders } from '../src/open-providers.js';
import type { PaymentEnv } from '../src/env.js';
import type { PaymentParts } from '../src/payment-parts.js';
import { findPayment, type PaymentRow, type ProviderName } from '../src/payment-row.js';
import type { Provider } from '../src/provider/index.js';
import { openEmulator } from './kakaopay-client.fixture.js';
import { partsWith } from './parts.fixture.js';
import { AMOUNT, openPayments } from './payment-table.fixture.js';

export const PROVIDERS: readonly ProviderName[] = ['KAKAOPAY', 'TOSS_PAYMENTS'];

/** The operation that takes the money, as faults name it. */
export const TAKING = {
  KAKAOPAY: { target: 'kakaopay', operation: 'approve' },
  TOSS_PAYMENTS: { target: 'toss', operation: 'confirm' },
} as const;

export interface AgreedPayment {
  payment: PaymentRow;
  token: string;
}

/** Payment’s tables, and both real clients against the emulated providers: paying, without a shop around it. */
export async function openBothProviders(orders: Partial<PaymentParts['orders']> = {}) {
  const payments = await openPayments();
  const emulator = await openEmulator();
  const { url } = emulator;
  const opened: (Provider | CircuitBreaker)[] = [];
  const env = {
    KAKAOPAY_URL: `${url}/kakaopay`,
    KAKAOPAY_SECRET_KEY: 'local-only-kakaopay-key',
    KAKAOPAY_CID: 'TC0ONETIME',
    KAKAOPAY_TIMEOUT_MS: 5_000,
    TOSS_URL: `${url}/toss`,
    TOSS_SECRET_KEY: TOSS_KEY,
    TOSS_TIMEOUT_MS: 5_000,
    PUBLIC_URL: 'http://localhost:4000',
  } as PaymentEnv;
  const own = <T extends Provider | CircuitBreaker>(part: T): T => {
    opened.push(part);
    return part;
  };
  const providers = openProviders(env, own, {
    log: openLog('payment', 'silent'),
    metrics: openMetrics('payment'),
  });
  const parts: PaymentParts = { ...partsWith(payments.database, {}, orders), providers };

  /** Where the buyer pays; Toss Payments’ window is what our own page would open. */
  function pageOf(provider: ProviderName, id: string, redirectUrl: string): string {
    if (provider === 'KAKAOPAY') return redirectUrl;
    const address = new URL(`${url}/toss/payment-window`);
    const asked = {
      clientKey: 'local-only-toss-client-key',
      orderId: id,
      orderName: 'Sneaker',
      amount: String(AMOUNT),
      successUrl: 'http://localhost:4000/return',
      failUrl: 'http://localhost:4000/return',
    };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
    return address.href;
  }

  return {
    ...payments,
    parts,
    /** A READY payment whose buyer has agreed at the provider: only the approval is missing. */
    agrees: async (provider: ProviderName, choice = 'card'): Promise<AgreedPayment> => {
      const [id, orderId, buyerId] = [randomUUID(), randomUUID(), randomUUID()];
      const back = `http://localhost:4000/return?payment=${id}`;
      const prepared = await providers[provider].prepare({
        id,
        orderId,
        buyerId,
        itemName: 'Sneaker',
        quantity: 1,
        amount: AMOUNT,
        approvalUrl: back,
        cancelUrl: back,
        failUrl: back,
      });
      if (prepared.kind !== 'prepared') throw new Error(`nothing was prepared: ${prepared.kind}`);
      const { providerId, redirectUrl } = prepared;
      await payments.database.run(
        `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url, window_ends_at)
         VALUES ($1, $2, $3, $4, 'READY', $5, $6, $7, now() + interval '10 minutes')`,
        [id, orderId, buyerId, provider, AMOUNT, providerId, redirectUrl],
      );
      const token = await press(pageOf(provider, id, redirectUrl), choice);
      return { payment: (await findPayment(payments.database, id)) as PaymentRow, token };
    },
    fault: (fault: Fault) => setFault(url, fault),
    landLateCalls: () => landLateCalls(url),
    moneyOf: async (id: string) =>
      moneyAtProvider(url, (await findPayment(payments.database, id)) as PaymentRow),
    [Symbol.asyncDispose]: async () => {
      for (const provider of opened) await provider.close();
      await emulator[Symbol.asyncDispose]();
      await payments[Symbol.asyncDispose]();
    },
  };
}

/** Presses a button of the page. @returns the token with which the buyer comes back */
async function press(page: string, choice: string): Promise<string> {
  const response = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ choice }),
    redirect: 'manual',
  });
  const back = new URL(response.headers.get('location') ?? '').searchParams;
  return back.get('pg_token') ?? back.get('paymentKey') ?? '';
}

export type BothProviders = Awaited<ReturnType<typeof openBothProviders>>;
