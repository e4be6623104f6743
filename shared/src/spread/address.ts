import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';

/** One place where a service answers. */
export interface Address {
  /** As the service is called: of the `Host` header and of the certificate. */
  origin: string;
  /** The IP address to connect to; undefined: as the system finds the origin's host. */
  ip: string | undefined;
  /** For people: what is connected to, `10.0.0.7:4000`. */
  label: string;
  /** Connects to `ip`, whatever name is asked for; for net, tls, undici and ws. */
  lookup: LookupFunction | undefined;
}

export function addressOf(origin: string, ip?: string): Address {
  const { hostname, host, port, protocol } = new URL(origin);
  if (ip === undefined || ip === hostname) return { origin, ip: undefined, label: host, lookup: undefined };
  const at = isIP(ip) === 6 ? `[${ip}]` : ip;
  const label = `${at}:${port || (protocol === 'https:' ? 443 : 80)}`;
  return { origin, ip, label, lookup: lookupOf(ip) };
}

/** Whether the origin says the IP address itself. */
export const isLiteral = (origin: string): boolean =>
  isIP(new URL(origin).hostname.replace(/^\[|\]$/g, '')) !== 0;

const lookupOf =
  (ip: string): LookupFunction =>
  (_, { all }, done) => {
    const family = isIP(ip);
    if (all) done(null, [{ address: ip, family }]);
    else done(null, ip, family);
  };
