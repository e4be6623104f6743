import type { IncomingMessage } from 'node:http';

/**
 * Whether a request may come from where it says it does. Browsers let a page of any site open WebSockets and event
 * streams anywhere; only the Origin header tells (RFC 6455, section 10.2). Other clients send none.
 */
export function openOriginCheck(allowed: readonly string[]) {
  const origins = new Set(allowed);
  return ({ headers: { origin, host } }: IncomingMessage): boolean =>
    origin === undefined || origins.has(origin) || (host !== undefined && hostOf(origin) === host);
}

const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined);
