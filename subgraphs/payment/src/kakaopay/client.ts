import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import type { z } from 'zod';
import { openProviderHttp, type Reply } from '../provider/index.js';
import { errorAnswer } from './schemas.js';

export type Operation = 'ready' | 'approve' | 'order' | 'cancel';

export interface Client {
  call<T>(
    operation: Operation,
    body: Record<string, unknown>,
    schema: z.ZodType<T>,
  ): Promise<Reply<T, z.infer<typeof errorAnswer>>>;
  close(): Promise<void>;
}

/** Speaks to the payment API under baseUrl. readTimeoutMs bounds a whole call, waiting for a connection included. */
export function openClient(
  baseUrl: string,
  secretKey: string,
  readTimeoutMs: number,
  breaker?: CircuitBreaker,
): Client {
  const http = openProviderHttp({
    baseUrl,
    authorization: `SECRET_KEY ${secretKey}`,
    timeoutMs: readTimeoutMs,
    refusal: errorAnswer,
    breaker,
  });
  return {
    call: (operation, body, schema) => {
      const path = `/online/v1/payment/${operation}`;
      const mayBeHeldOff = operation === 'ready';
      return http.call({ step: `kakaopay-${operation}`, method: 'POST', path, body, mayBeHeldOff }, schema);
    },
    close: () => http.close(),
  };
}
