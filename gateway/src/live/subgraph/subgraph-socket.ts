import type { LookupFunction } from 'node:net';
import { WebSocket } from 'ws';

/** What the gateway's own answers may be at most, as over HTTP. */
const MAX_PAYLOAD = 8 * 1024 * 1024;
const HANDSHAKE_MS = 5_000;
/** How graphql-ws's client closes a connection that has gone silent. */
const TERMINATED = 4499;

/**
 * WebSockets as graphql-ws's client makes them, with the limits that it has no options for.
 *
 * @param lookupOf how the host of the next one is found; undefined: as the system finds it.
 */
export const socketsBy = (
  lookupOf: () => LookupFunction | undefined,
): new (url: string, protocols: string) => WebSocket =>
  class SubgraphSocket extends WebSocket {
    constructor(url: string, protocols: string) {
      const lookup = lookupOf();
      super(url, protocols, {
        handshakeTimeout: HANDSHAKE_MS,
        maxPayload: MAX_PAYLOAD,
        perMessageDeflate: false,
        ...(lookup && { lookup }),
      });
      // The client takes its own handler off when it gives up; a later error would then end the process.
      this.on('error', () => undefined);
    }

    override close(code?: number, reason?: string): void {
      // A silent peer would not answer the closing handshake either.
      if (code === TERMINATED) this.terminate();
      else super.close(code, reason);
    }
  };
