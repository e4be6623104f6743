import type { Client } from '@stampede/shared/identity';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayContext } from '../graphql/context.js';
import { addressOf } from './address.js';
import { languageOf } from './language.js';
import type { Origins } from './origins.js';
import type { RefreshCookie } from './refresh-cookie.js';

export interface Clients {
  /** The parts of a request's context that are about its client. Nothing is read before somebody asks. */
  of(
    request: IncomingMessage,
    response: ServerResponse,
  ): Pick<GatewayContext, 'address' | 'client' | 'keepCookie'>;
  /** Of a request whose headers have been answered when its operations run: a WebSocket, an event stream. */
  ofStream(request: IncomingMessage): Client;
}

export interface ClientsOptions {
  trustedProxies: number;
  origins: Origins;
  cookie: RefreshCookie;
}

/** Makes of requests what the user service is told of who is at the other end. */
export function openClients({ trustedProxies, origins, cookie }: ClientsOptions): Clients {
  const ofStream = (request: IncomingMessage): Client => ({
    address: addressOf(request, trustedProxies),
    language: languageOf(request.headers['accept-language']),
    takesCookies: false,
  });
  // By GET never: links lead anywhere, and a page of another site can have an image of any address.
  const takesCookies = (request: IncomingMessage) =>
    request.method === 'POST' && origins.mayUseCookie(request);
  return {
    ofStream,
    of: (request, response) => ({
      address: () => addressOf(request, trustedProxies),
      client: () => {
        const client = ofStream(request);
        if (!takesCookies(request)) return client;
        return { ...client, takesCookies: true, refreshToken: cookie.read(request) };
      },
      keepCookie: (token) => {
        if (takesCookies(request)) cookie.write(request, response, token);
      },
    }),
  };
}
