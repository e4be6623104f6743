import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import { passing } from '@stampede/shared/crash-points';
import { Pool } from 'undici';
import type { z } from 'zod';
import { counted } from './breaker.js';
import { openSlots } from './slots.js';

const CONNECT_TIMEOUT_MS = 3_000;
/** More approvals than a sale brings at once: each holds one for as long as a bank takes, which may be seconds. */
const MAX_CONNECTIONS = 1_024;
const MAX_ANSWER_BYTES = 256 * 1024;

export type Reply<Answer, Refusal> =
  | { kind: 'ok'; body: Answer }
  /** The provider refused, and says so in its own words. */
  | { kind: 'error'; httpStatus: number; body: Refusal }
  | Unanswered;

/** Nobody knows whether it was done. */
interface Unanswered {
  kind: 'unanswered';
  /** For logs. */
  cause: string;
  /** Of an answer that cannot be read. */
  httpStatus?: number;
  /** It waited for a connection until most of its time was over: that says nothing of the provider. */
  hadLittleTime?: boolean;
}

export interface ProviderRequest {
  /** What is asked for, of a bounded set: `kakaopay-approve`. */
  step: string;
  method: 'GET' | 'POST';
  /** Under the base URL. */
  path: string;
  headers?: Record<string, string>;
  body?: object;
  /** Not made while the provider is held off: nobody has agreed to anything by it. */
  mayBeHeldOff?: boolean;
}

export interface ProviderHttp<Refusal> {
  /** Never rejects. @param deadline where several calls share one; else the call has one of its own. */
  call<Answer>(
    request: ProviderRequest,
    schema: z.ZodType<Answer>,
    deadline?: AbortSignal,
  ): Promise<Reply<Answer, Refusal>>;
  /** For several calls that have to end in the time of one. */
  deadline(): AbortSignal;
  close(): Promise<void>;
}

export interface ProviderHttpOptions<Refusal> {
  baseUrl: string;
  authorization: string;
  /** Bounds a whole call, waiting for a connection included. */
  timeoutMs: number;
  /** How the provider says that it refuses. */
  refusal: z.ZodType<Refusal>;
  /** Counts the calls; it refuses only those that may be. */
  breaker?: CircuitBreaker | undefined;
  /** At most. A call that finds none free waits for one, and counts, as failed or slow, only from then on. */
  connections?: number;
}

/** Speaks JSON to a provider's API. */
export function openProviderHttp<Refusal>({
  baseUrl,
  authorization,
  timeoutMs,
  refusal,
  breaker,
  connections = MAX_CONNECTIONS,
}: ProviderHttpOptions<Refusal>): ProviderHttp<Refusal> {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const pool = new Pool(base.origin, {
    connections,
    connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs) },
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const slots = openSlots(connections);
  const deadline = () => AbortSignal.timeout(timeoutMs);

  async function send({ method, path, headers, body }: ProviderRequest, signal: AbortSignal): Promise<Raw> {
    const answer = await pool.request({
      method,
      path: prefix + path,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }), ...headers },
      body: body ? JSON.stringify(body) : null,
      signal,
    });
    return { httpStatus: answer.statusCode, text: await answer.body.text() };
  }

  function read<Answer>({ httpStatus, text }: Raw, schema: z.ZodType<Answer>): Reply<Answer, Refusal> {
    const value = parse(text);
    if (httpStatus === 200) {
      const answer = schema.safeParse(value);
      if (answer.success) return { kind: 'ok', body: answer.data };
      return { kind: 'unanswered', cause: 'HTTP 200 with an unreadable body', httpStatus };
    }
    const refused = refusal.safeParse(value);
    // A server that failed in the middle may have done its work, whatever code it adds.
    if (httpStatus >= 500 || !refused.success) {
      return { kind: 'unanswered', cause: `HTTP ${httpStatus}`, httpStatus };
    }
    return { kind: 'error', httpStatus, body: refused.data };
  }

  async function call<Answer>(
    request: ProviderRequest,
    schema: z.ZodType<Answer>,
    signal = deadline(),
  ): Promise<Reply<Answer, Refusal>> {
    const slot = await slots.enter(signal);
    // Never sent. Who asked is told no more than of a call that was lost.
    if (slot === 'too-late') return unanswered('NoConnectionFree');
    const sentAt = performance.now();
    const make = async (): Promise<Reply<Answer, Refusal>> => {
      try {
        return read(await passing(request.step, 'call', () => send(request, signal)), schema);
      } catch (error) {
        const wasSentLate = slot === 'waited' && performance.now() - sentAt < timeoutMs / 2;
        return { ...unanswered(nameOf(error)), hadLittleTime: wasSentLate && signal.aborted };
      }
    };
    try {
      return await counted(breaker, make, request.mayBeHeldOff ? () => unanswered('HeldOff') : undefined);
    } finally {
      slots.leave();
    }
  }

  return {
    call,
    deadline,
    // Whoever waits for an answer has been waited for: what still runs has been given up.
    close: () => pool.destroy(),
  };
}

const unanswered = (cause: string): Unanswered => ({ kind: 'unanswered', cause });

interface Raw {
  httpStatus: number;
  text: string;
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
