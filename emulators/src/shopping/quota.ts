const DAY_MS = 24 * 60 * 60_000;
const SEOUL_MS = 9 * 60 * 60_000;
const MAX_CLIENTS = 1_000;

export interface Limits {
  /** Calls of one client id on a day in Korea; the service's own is 25,000. */
  perDay: number;
  /** Calls of one client id in a second; the service's own is not documented, and is said to be about 10. */
  perSecond: number;
}

interface Used {
  day: number;
  ofDay: number;
  second: number;
  ofSecond: number;
}

/** Counts what each client id has called, the newest 1,000 of them. */
export function openQuota({ perDay, perSecond }: Limits, now: () => Date) {
  const clients = new Map<string, Used>();

  /** @returns the error that the call meets, if any. A call too many in its second does not count for the day. */
  return function use(clientId: string): '010' | '012' | undefined {
    const at = now().getTime();
    const day = Math.floor((at + SEOUL_MS) / DAY_MS);
    const second = Math.floor(at / 1_000);
    const before = clients.get(clientId);
    const used = {
      day,
      ofDay: before?.day === day ? before.ofDay : 0,
      second,
      ofSecond: before?.second === second ? before.ofSecond : 0,
    };
    if (used.ofDay >= perDay) return '010';
    if (used.ofSecond >= perSecond) return '012';
    clients.delete(clientId);
    clients.set(clientId, { ...used, ofDay: used.ofDay + 1, ofSecond: used.ofSecond + 1 });
    if (clients.size > MAX_CLIENTS) clients.delete(clients.keys().next().value ?? '');
    return undefined;
  };
}
