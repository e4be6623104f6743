import { json, type Answer } from '../http.js';
import { refusal } from './errors.js';
import { offersFor, type Item } from './offers.js';

const SORTS: Record<string, ((a: Item, b: Item) => number) | undefined> = {
  sim: () => 0,
  // Nothing here is newer than anything else.
  date: () => 0,
  asc: (a, b) => Number(a.lprice) - Number(b.lprice),
  dsc: (a, b) => Number(b.lprice) - Number(a.lprice),
};

/** GET /v1/search/shop.json. */
export function search(query: URLSearchParams, now: Date): Answer {
  const text = query.get('query') ?? '';
  if (text.includes('\ufffd')) return refusal('SE06');
  if (text.trim() === '') return refusal('SE01');
  const display = wholeNumber(query.get('display') ?? '10', 100);
  if (display === undefined) return refusal('SE02');
  const start = wholeNumber(query.get('start') ?? '1', 1_000);
  if (start === undefined) return refusal('SE03');
  const sort = query.get('sort') ?? 'sim';
  const order = Object.hasOwn(SORTS, sort) ? SORTS[sort] : undefined;
  if (!order) return refusal('SE04');

  const excluded = (query.get('exclude') ?? '').split(':');
  const found = offersFor(text)
    .filter(({ kind }) => !excluded.includes(kind))
    .map(({ item }) => item)
    .toSorted(order);
  const items = found.slice(start - 1, start - 1 + display);
  return json(200, { lastBuildDate: inSeoul(now), total: found.length, start, display: items.length, items });
}

function wholeNumber(text: string, most: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= most ? value : undefined;
}

/** RFC 822, in Korean time. */
const inSeoul = (now: Date): string =>
  new Date(now.getTime() + 9 * 60 * 60_000).toUTCString().replace('GMT', '+0900');
