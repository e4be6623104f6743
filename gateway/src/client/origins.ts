import type { IncomingMessage } from 'node:http';

export interface Origins {
  /** Whether a page of the gateway's own asks; false without an Origin header. */
  isOwn(request: IncomingMessage): boolean;
  /** Whether the client's cookie counts: no page asks, or one of this house's. */
  mayUseCookie(request: IncomingMessage): boolean;
  /**
   * Whether a page may ask for what goes on, and read it: browsers let one of any site open WebSockets and event
   * streams anywhere (RFC 6455, section 10.2). By GET some send no Origin, as for an image; then they say of what site
   * the page is (Fetch Metadata).
   */
  mayListen(request: IncomingMessage): boolean;
}

/**
 * Tells by the Origin header, which browsers send with every POST and every WebSocket and no script can change, whose
 * page asks. Other clients send none.
 *
 * @param allowed the origins of the operator's own web clients.
 * @param readers others, that may read answers, and have no business with anybody's session: Apollo Sandbox at a
 *   local start.
 */
export function openOrigins(
  publicUrl: string,
  allowed: readonly string[],
  readers: readonly string[],
): Origins {
  const own = new URL(publicUrl);

  /** By the name that was asked by, too: an installation may have more than one. */
  function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || !URL.canParse(origin)) return false;
    const page = new URL(origin);
    if (page.origin === own.origin) return true;
    // Whoever can change a page that is sent in the clear speaks from its origin.
    const isSafe = own.protocol !== 'https:' || page.protocol === 'https:';
    return isSafe && page.host !== '' && page.host === host;
  }

  const isOwnOr = (others: readonly string[]) => {
    const trusted = new Set(others);
    return (request: IncomingMessage): boolean => {
      const { origin } = request.headers;
      return origin === undefined || trusted.has(origin) || isOwn(request);
    };
  };

  const mayRead = isOwnOr([...allowed, ...readers]);
  return {
    isOwn,
    mayUseCookie: isOwnOr(allowed),
    mayListen: (request) =>
      mayRead(request) && (request.headers.origin !== undefined || !isElsewhere(request)),
  };
}

/** `none` is somebody who typed the address. */
const isElsewhere = ({ headers }: IncomingMessage): boolean =>
  headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
