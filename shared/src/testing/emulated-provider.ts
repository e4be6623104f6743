import { request } from 'undici';

type KakaoPayOperation = 'ready' | 'approve' | 'cancel' | 'lookup';
type TossOperation = 'confirm' | 'lookup' | 'cancel';

/** What an emulated provider is to do wrong. */
export type Fault = {
  /** `timeout-later`: the caller's connection ends, and the call is carried out after `delayMs`. */
  fault: 'timeout-before' | 'timeout-after' | 'timeout-later' | 'error-500' | 'decline' | 'none';
  times?: number;
  delayMs?: number;
} & ({ target?: 'kakaopay'; operation: KakaoPayOperation } | { target: 'toss'; operation: TossOperation });

/** How often the provider was called, by operation. */
export type ProviderCalls = Record<KakaoPayOperation, number>;
export type TossCalls = Record<TossOperation, number>;

/** @throws Error when the emulators do not take it. */
export async function setFault(emulatorsUrl: string, fault: Fault): Promise<void> {
  await post(`${emulatorsUrl}/faults`, { target: 'kakaopay', ...fault });
}

/** Carries out at once the calls that a `timeout-later` holds back. @returns how many */
export async function landLateCalls(emulatorsUrl: string): Promise<number> {
  return ((await post(`${emulatorsUrl}/late-calls/land`, {})) as { landed: number }).landed;
}

/** @returns what the emulator of KakaoPay was asked for one order. */
export async function readProviderCalls(emulatorsUrl: string, orderId: string): Promise<ProviderCalls> {
  const answer = await fetch(`${emulatorsUrl}/kakaopay/calls?partner_order_id=${orderId}`);
  return (await answer.json()) as ProviderCalls;
}

/** @returns what the emulator of Toss Payments was asked for one payment, by our id of it. */
export async function readTossCalls(emulatorsUrl: string, paymentId: string): Promise<TossCalls> {
  const answer = await fetch(`${emulatorsUrl}/toss/calls?orderId=${paymentId}`);
  return (await answer.json()) as TossCalls;
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.body.text();
  if (response.statusCode >= 300) throw new Error(`the emulators refused it: ${text}`);
  return JSON.parse(text);
}
