import { Unavailable } from '@stampede/shared/errors';
import { z } from 'zod';
import type { Offer } from '../price-source.js';
import { QueryRefused } from '../verdict.js';
import { readBounded } from './read-bounded.js';
import { readOffers } from './read-offers.js';

export interface ShoppingSearchOptions {
  /** Of the API, such as https://openapi.naver.com. */
  url: string;
  clientId: string;
  clientSecret: string;
}

/** The service answers nobody who asks like this; `code` is its own (024, SE05, …). Asking again changes nothing. */
export class SearchRefused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`the shopping search refused: HTTP ${status}, ${code}`);
    this.name = 'SearchRefused';
  }
}

/** Some of the nearest are left out, being used or without a price. */
const DISPLAY = 40;
const MOST_BYTES = 256 * 1024;
const refusal = z.object({ errorCode: z.string().max(20) });

/**
 * Speaks Naver's shopping search, `/v1/search/shop.json`. By likeness, not by price: the cheapest of all that a word
 * finds is some accessory.
 *
 * @throws QueryRefused (HTTP 400); SearchRefused; Unavailable when it has failed or asks for fewer calls (429); Error when its answer cannot be
 *   read.
 */
export function openShoppingSearch({ url, clientId, clientSecret }: ShoppingSearchOptions) {
  const headers = {
    'X-Naver-Client-Id': clientId,
    'X-Naver-Client-Secret': clientSecret,
    accept: 'application/json',
  };
  const address = `${url.replace(/\/+$/, '')}/v1/search/shop.json`;

  return async function search(query: string, signal: AbortSignal): Promise<Offer[]> {
    const parameters = { query, display: String(DISPLAY), sort: 'sim', exclude: 'used:rental:cbshop' };
    const response = await fetch(`${address}?${new URLSearchParams(parameters).toString()}`, {
      headers,
      redirect: 'error',
      signal,
    });
    const body = parseJson(await readBounded(response, MOST_BYTES));
    if (response.status !== 200) throw failureOf(response.status, body);
    const offers = readOffers(body);
    if (!offers) throw new Error('the shopping search answered what is no list of items');
    return offers;
  };
}

function failureOf(status: number, body: unknown): Error {
  const code = refusal.safeParse(body).data?.errorCode ?? 'no code';
  if (status >= 500 || status === 429)
    return new Unavailable(`the shopping search (HTTP ${status}, ${code})`);
  return status === 400 ? new QueryRefused(`HTTP 400, ${code}`) : new SearchRefused(status, code);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
