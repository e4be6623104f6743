import { request } from 'undici';

type Operation = 'ready' | 'approve' | 'cancel' | 'lookup';

/** What the KakaoPay emulator is to do wrong. */
export interface Fault {
  operation: Operation;
  fault: 'timeout-before' | 'timeout-after' | 'error-500' | 'decline' | 'none';
  times?: number;
  delayMs?: number;
}

/** How often the provider was called, by operation. */
export type ProviderCalls = Record<Operation, number>;

/** @throws Error when the emulators do not take it. */
export async function setFault(emulatorsUrl: string, fault: Fault): Promise<void> {
  const response = await request(`${emulatorsUrl}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: 'kakaopay', ...fault }),
  });
  const text = await response.body.text();
  if (response.statusCode >= 300) throw new Error(`a fault was refused: ${text}`);
}

/** @returns what the emulator was asked for one order. */
export async function readProviderCalls(emulatorsUrl: string, orderId: string): Promise<ProviderCalls> {
  const answer = await fetch(`${emulatorsUrl}/kakaopay/calls?partner_order_id=${orderId}`);
  return (await answer.json()) as ProviderCalls;
}
