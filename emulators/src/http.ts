import type { IncomingMessage } from 'node:http';

const BODY_LIMIT = 64 * 1024;

/** What a handler gives back. `withhold`: no answer at all; the connection is dropped after dropAfterMs, or never (0). */
export type Answer =
  | { kind: 'send'; status: number; headers: Record<string, string>; body: string; delayMs: number }
  | { kind: 'withhold'; dropAfterMs: number };

export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return jsonText(status, JSON.stringify(body), headers);
}

/** JSON that is written already, as for a number that JavaScript would round. */
export function jsonText(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return send(status, { 'content-type': 'application/json; charset=utf-8', ...headers }, body);
}

export function text(status: number, body: string): Answer {
  return send(status, { 'content-type': 'text/plain; charset=utf-8' }, body);
}

export function html(status: number, body: string): Answer {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  };
  return send(status, headers, body);
}

/** A script that any page may take. */
export function script(body: string): Answer {
  return send(200, { 'content-type': 'text/javascript; charset=utf-8' }, body);
}

export function redirect(location: string): Answer {
  return send(303, { location }, '');
}

function send(status: number, headers: Record<string, string>, body: string): Answer {
  return { kind: 'send', status, headers: { 'cache-control': 'no-store', ...headers }, body, delayMs: 0 };
}

/** The request's body as text, or undefined when it is longer than any of these APIs needs. */
export async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // What is too much is read and dropped: leaving the loop would cut the connection before the answer.
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  if (size > BODY_LIMIT) return undefined;
  return Buffer.concat(chunks).toString('utf8');
}

/** The body's JSON value, or undefined when it is not JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
