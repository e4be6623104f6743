import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * The IP address that a request comes from. Proxies append to X-Forwarded-For whom they were asked by, so that the
 * last entry is what the nearest one saw; what stands to the left of the trusted ones anybody could have written.
 *
 * @param trustedProxies how many hops before the gateway are the operator's own.
 * @returns an IPv4 address, or an IPv6 one's /64, which is the least that one household is given (RFC 6177).
 */
export function addressOf({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const own = normal(socket.remoteAddress ?? '') ?? '';
  if (trustedProxies === 0) return own;
  const header = headers['x-forwarded-for'] ?? '';
  const hops = (Array.isArray(header) ? header.join(',') : header).split(',');
  return normal(withoutPort((hops.at(-trustedProxies) ?? '').trim())) ?? own;
}

const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/;

/** Some proxies name the port, too. */
function withoutPort(hop: string): string {
  const [, v6, v4] = WITH_PORT.exec(hop) ?? [];
  return v6 ?? v4 ?? hop;
}

/** Undefined for what is no address. */
function normal(text: string): string | undefined {
  const [address = ''] = text.split('%');
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? address : household(address);
}

const isMapped = (groups: number[]) =>
  groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;

function household(address: string): string {
  const groups = groupsOf(address);
  if (isMapped(groups)) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}

/** The eight numbers of an IPv6 address, of which a URL writes each form in one way (RFC 5952). */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return numbers(head);
  const [left, right] = [numbers(head), numbers(tail)];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}
