import { z } from 'zod';

/** In which the house writes to people. */
export type Language = 'en' | 'ko';

/** What the gateway knows of whoever is at the other end of a request. Only the user service is told. */
export interface Client {
  /** The IP address, past the proxies that are trusted; an IPv6 one as its /64, which is one household. */
  address: string;
  /** The one of ours that `Accept-Language` prefers. */
  language: Language;
  /** The refresh token that came as a cookie, from an origin that may use it. */
  refreshToken?: string | undefined;
  /** Whether the answer can set a cookie: not over a WebSocket, and not to a page of another origin. */
  takesCookies: boolean;
}

/** Says nothing of anybody: what a service asks, or a test. */
export const NO_CLIENT: Client = { address: '', language: 'en', takesCookies: false };

export const clientClaims = z.object({
  address: z.string(),
  language: z.enum(['en', 'ko']),
  refreshToken: z.string().optional(),
  takesCookies: z.boolean(),
});

/**
 * With this header of its answer the user service has the gateway keep a refresh token as the client's cookie; an
 * empty value has the cookie removed. It never leaves the gateway.
 */
export const REFRESH_COOKIE_HEADER = 'stampede-refresh-cookie';
