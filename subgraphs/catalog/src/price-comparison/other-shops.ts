import { openOutage } from '@stampede/shared/background';
import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import type { Log } from '@stampede/shared/telemetry';
import { wordsOf } from '../browse/search-form.js';
import type { OfferMemory } from './offer-memory.js';
import type { CountOverload } from './overloads.js';
import {
  MOST_OFFERS,
  NOTHING,
  type Answer,
  type Offer,
  type PriceSource,
  type TimedOffers,
} from './price-source.js';
import { openRate } from './rate.js';
import { namedLike } from './same-name.js';
import { CallAbandoned, QueryRefused } from './verdict.js';

export interface OtherShopsOptions {
  /** Asks the service; stops when the signal aborts. @throws QueryRefused */
  search: (query: string, signal: AbortSignal) => Promise<Offer[]>;
  /** Judges by judgeSearch. */
  breaker: CircuitBreaker;
  memory: OfferMemory;
  /** Calls that this process begins within any second, at most: a list of 100 products must not become 100 calls. */
  callsPerSecond: number;
  /** After this long a remembered answer is asked anew behind the back of whoever is given it, ms. */
  freshMs: number;
  overloaded: CountOverload;
  log: Log;
  now?: () => number;
}

/**
 * Other shops' offers, by name. What is remembered is given at once; else the service is asked, once for all who ask
 * for the same name meanwhile. A call goes on after its askers have given up, so that its answer is remembered.
 */
export function openOtherShops(options: OtherShopsOptions): PriceSource {
  const { search, breaker, memory, callsPerSecond, freshMs, overloaded, log, now = Date.now } = options;
  const rate = openRate(callsPerSecond, now);
  const outage = openOutage(log, 'asking other shops for prices');
  const calls = new Map<string, Promise<TimedOffers | undefined>>();
  const background = new Set<Promise<void>>();
  const closing = new AbortController();
  let lastCallFailed = false;

  /** @returns undefined when it could not be asked, which is logged, or may not be asked now, which is counted. */
  async function ask(query: string): Promise<TimedOffers | undefined> {
    const running = calls.get(query);
    if (running) return running;
    if (!rate.take()) {
      overloaded('rate');
      return undefined;
    }
    const call = searchOnce(query);
    calls.set(query, call);
    // Until it is remembered, so that nobody asks again in between.
    const done = call
      .then((found) => found && memory.write(query, found))
      .finally(() => {
        calls.delete(query);
        background.delete(done);
      });
    background.add(done);
    return call;
  }

  async function searchOnce(query: string): Promise<TimedOffers | undefined> {
    try {
      const offers = await breaker.run((signal) => searchUntilClosing(query, signal));
      lastCallFailed = false;
      outage.ended();
      return { offers: cheapestOf(offers, query), asOf: now() };
    } catch (error) {
      if (error instanceof CallAbandoned) return undefined;
      if (error instanceof QueryRefused) {
        log.warn({ err: error, query }, 'a name that the shopping search does not take has no offers');
        return { offers: [], asOf: now() };
      }
      lastCallFailed = true;
      outage.began(error);
      return undefined;
    }
  }

  async function searchUntilClosing(query: string, signal: AbortSignal): Promise<Offer[]> {
    try {
      return await search(query, AbortSignal.any([signal, closing.signal]));
    } catch (error) {
      throw closing.signal.aborted ? new CallAbandoned('closing', { cause: error }) : error;
    }
  }

  return {
    name: 'comparing prices with other shops',
    answer: async ({ name }): Promise<Answer> => {
      const query = queryOf(name);
      if (query === '') return { offers: [], asOf: now(), degraded: false };
      const known = await memory.read(query);
      if (closing.signal.aborted) return NOTHING;
      if (!known) {
        const found = await ask(query);
        return found ? { ...found, degraded: false } : NOTHING;
      }
      if (now() - known.asOf >= freshMs) void ask(query);
      return { ...known, degraded: lastCallFailed || breaker.state !== 'closed' };
    },
    close: async () => {
      closing.abort();
      await Promise.all(background);
      await breaker.close();
    },
  };
}

/** Of what a search found, that which has the name. */
function cheapestOf(found: Offer[], name: string): Offer[] {
  const isNamed = namedLike(name);
  return found
    .filter(({ title }) => isNamed(title))
    .toSorted((a, b) => a.price - b.price)
    .slice(0, MOST_OFFERS);
}

/** Products of one name in different spellings are asked for once; empty for a name without a letter or digit. */
const queryOf = (name: string): string =>
  wordsOf(name).length === 0
    ? ''
    : name
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[\p{C}\s]+/gu, ' ')
        .trim();
