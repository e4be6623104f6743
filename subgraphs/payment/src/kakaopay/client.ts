import { Pool } from 'undici';
import type { z } from 'zod';
import { errorAnswer } from './schemas.js';

const CONNECT_TIMEOUT_MS = 3_000;
const MAX_CONNECTIONS = 128;
const MAX_ANSWER_BYTES = 256 * 1024;

export type Operation = 'ready' | 'approve' | 'order' | 'cancel';

export type Reply<T> =
  | { kind: 'ok'; body: T }
  /** KakaoPay refused, and says so in its own words. `methodResult` is the bank's. */
  | { kind: 'error'; httpStatus: number; code: number; methodResult: string | undefined }
  | { kind: 'unanswered'; cause: string };

export interface Client {
  call<T>(operation: Operation, body: Record<string, unknown>, schema: z.ZodType<T>): Promise<Reply<T>>;
  close(): Promise<void>;
}

/** Speaks to the payment API under baseUrl. readTimeoutMs bounds a whole call, waiting for a connection included. */
export function openClient(baseUrl: string, secretKey: string, readTimeoutMs: number): Client {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const pool = new Pool(base.origin, {
    connections: MAX_CONNECTIONS,
    connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, readTimeoutMs) },
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const headers = { authorization: `SECRET_KEY ${secretKey}`, 'content-type': 'application/json' };

  async function post(operation: Operation, body: Record<string, unknown>): Promise<Raw> {
    const { statusCode, body: answer } = await pool.request({
      method: 'POST',
      path: `${prefix}/online/v1/payment/${operation}`,
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(readTimeoutMs),
    });
    return { httpStatus: statusCode, text: await answer.text() };
  }

  return {
    call: (operation, body, schema) =>
      post(operation, body).then(
        (raw) => read(raw, schema),
        (error: unknown) => ({ kind: 'unanswered', cause: nameOf(error) }),
      ),
    // Whoever waits for an answer has been waited for: what still runs has been given up.
    close: () => pool.destroy(),
  };
}

interface Raw {
  httpStatus: number;
  text: string;
}

function read<T>({ httpStatus, text }: Raw, schema: z.ZodType<T>): Reply<T> {
  const value = parse(text);
  if (httpStatus === 200) {
    const answer = schema.safeParse(value);
    if (answer.success) return { kind: 'ok', body: answer.data };
    return { kind: 'unanswered', cause: 'HTTP 200 with an unreadable body' };
  }
  const error = errorAnswer.safeParse(value);
  // A server that failed in the middle may have done its work, whatever code it adds.
  if (httpStatus >= 500 || !error.success) return { kind: 'unanswered', cause: `HTTP ${httpStatus}` };
  const { error_code: code, extras } = error.data;
  return { kind: 'error', httpStatus, code, methodResult: extras?.method_result_code ?? undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error's code or name. Its message could quote what was sent. */
function nameOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
