import { lookup } from 'node:dns/promises';
import { repeat } from '../background/index.js';
import { addressOf, isLiteral, type Address } from './address.js';

/** The IP addresses of a host name. @throws when they cannot be told. */
export type Resolve = (hostname: string) => Promise<string[]>;

export interface AddressBookOptions {
  /** Origins of one service. */
  urls: readonly string[];
  /** Called with all addresses, at once and whenever there are others. */
  onChange: (addresses: Address[]) => void;
  /** Told of names that cannot be looked up; what was known of them stays. */
  onFailure: (hostname: string, error: Error) => void;
  resolve?: Resolve | undefined;
}

/** DNS' own caches may hold an answer for longer. */
const EVERY_MS = 3_000;

/** As the system does it, /etc/hosts and all: A and AAAA records. */
const bySystem: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/**
 * Where a service is. Host names are looked up now and every 3 s, so that replicas come and go without a restart; until
 * the first answer, such a one is a single address that the system finds. A name with no answer keeps what it had.
 */
export function openAddressBook(options: AddressBookOptions): { close(): void } {
  const { urls, onChange, onFailure, resolve = bySystem } = options;
  const known = new Map(urls.map((url) => [url, [addressOf(url)]]));
  let closed = false;

  const tell = () => onChange([...known.values()].flat());

  async function look(url: string): Promise<number> {
    const { hostname } = new URL(url);
    try {
      const ips = [...new Set(await resolve(hostname))].toSorted();
      if (closed || ips.length === 0) return EVERY_MS;
      const before = known.get(url)?.map(({ ip }) => ip);
      if (before?.join() === ips.join()) return EVERY_MS;
      known.set(
        url,
        ips.map((ip) => addressOf(url, ip)),
      );
      tell();
    } catch (error) {
      if (!closed) onFailure(hostname, error as Error);
    }
    return EVERY_MS;
  }

  tell();
  const looking = urls.filter((url) => !isLiteral(url)).map((url) => repeat(() => look(url)));
  return {
    close: () => {
      closed = true;
      // Not waited for: a look-up cannot be ended, and tells nobody any more.
      for (const look of looking) void look.close();
    },
  };
}
