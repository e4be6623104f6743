import type { Authorization } from './authorization.js';
import { openExpiring } from './expiring.js';

/** The longest that RFC 6749 §4.1.2 recommends; a person may have to paste the code by hand. */
const CODE_MS = 10 * 60_000;
const MAX_CODES = 5_000;
const MAX_TOKENS = 20_000;

/** What a person agreed to, and everything that is issued for it. */
export interface Grant<Person> {
  readonly authorization: Authorization;
  readonly person: Person;
  readonly agreedAt: Date;
  revoked: boolean;
}

export interface Grants<Person> {
  /** A code for what the person has agreed to just now. */
  agreed(authorization: Authorization, person: Person): string;
  /** The grant of a client's code, once; a second time, too late or for another client: undefined. */
  takeCode(code: string, clientId: string): Grant<Person> | undefined;
  accessToken(grant: Grant<Person>): string;
  refreshToken(grant: Grant<Person>): string;
  byAccessToken(token: string): Grant<Person> | undefined;
  byRefreshToken(token: string, clientId: string): Grant<Person> | undefined;
  /** How long a refresh token still lives, in ms. */
  refreshLeftMs(token: string): number;
  /** Ends all that was issued for the grant of this access or refresh token, if it is the client's. */
  revoke(token: string, clientId: string): void;
}

export interface Lifetimes {
  accessMs: number;
  refreshMs: number;
}

/** Codes and tokens of one provider, in memory and bounded. */
export function openGrants<Person>(now: () => Date, { accessMs, refreshMs }: Lifetimes): Grants<Person> {
  const codes = openExpiring<Grant<Person>>(now, CODE_MS, MAX_CODES);
  const access = openExpiring<Grant<Person>>(now, accessMs, MAX_TOKENS);
  const refresh = openExpiring<Grant<Person>>(now, refreshMs, MAX_TOKENS);
  const alive = (grant: Grant<Person> | undefined) => (grant?.revoked === false ? grant : undefined);
  const ofClient = (grant: Grant<Person> | undefined, clientId: string) =>
    grant?.authorization.clientId === clientId ? grant : undefined;

  return {
    agreed: (authorization, person) => codes.put({ authorization, person, agreedAt: now(), revoked: false }),
    takeCode(code, clientId) {
      const grant = ofClient(codes.get(code), clientId);
      if (grant) codes.delete(code);
      return grant;
    },
    accessToken: (grant) => access.put(grant),
    refreshToken: (grant) => refresh.put(grant),
    byAccessToken: (token) => alive(access.get(token)),
    byRefreshToken: (token, clientId) => ofClient(alive(refresh.get(token)), clientId),
    refreshLeftMs: (token) => refresh.leftMs(token),
    revoke(token, clientId) {
      const grant = ofClient(access.get(token) ?? refresh.get(token), clientId);
      if (grant) grant.revoked = true;
    },
  };
}

/** The token of an Authorization header, as RFC 6750 writes it. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}
