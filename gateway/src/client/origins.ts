import type { IncomingMessage } from 'node:http';

export interface Origins {
  /** Whether a page of the gateway's own asks; false without an Origin header. */
  isOwn(request: IncomingMessage): boolean;
  /** Whether the client's cookie counts: no page asks, or one of this house's. */
  mayUseCookie(request: IncomingMessage): boolean;
}

/**
 * Tells by the Origin header, which browsers send with every POST and no script can change, whose page asks.
 *
 * @param allowed the origins of the operator's own web clients. Apollo Sandbox is none: it may read answers of a
 *   local start, and has no business with anybody's session.
 */
export function openOrigins(publicUrl: string, allowed: readonly string[]): Origins {
  const own = new URL(publicUrl);
  const trusted = new Set(allowed);

  /** By the name that was asked by, too: an installation may have more than one. */
  function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || !URL.canParse(origin)) return false;
    const page = new URL(origin);
    if (page.origin === own.origin) return true;
    // Whoever can change a page that is sent in the clear speaks from its origin.
    const isSafe = own.protocol !== 'https:' || page.protocol === 'https:';
    return isSafe && page.host !== '' && page.host === host;
  }

  return {
    isOwn,
    mayUseCookie: (request) => {
      const { origin } = request.headers;
      return origin === undefined || trusted.has(origin) || isOwn(request);
    },
  };
}
