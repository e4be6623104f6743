import { openOutage } from '@stampede/shared/background';
import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import type { Log } from '@stampede/shared/telemetry';
import { wordsOf } from '../browse/search-form.js';
import type { OfferMemory } from './offer-memory.js';
import { NOTHING, type Answer, type Offer, type PriceSource, type TimedOffers } from './price-source.js';
import { openSlots, type Slots } from './slots.js';

export interface OtherShopsOptions {
  /** Asks the service; stops when the signal aborts. */
  search: (query: string, signal: AbortSignal) => Promise<Offer[]>;
  breaker: CircuitBreaker;
  memory: OfferMemory;
  /** After this long a remembered answer is asked anew behind the back of whoever is given it, ms. */
  freshMs: number;
  log: Log;
  now?: () => number;
}

/** A page of 100 products must not become 100 calls at once; whoever gets no turn does without. */
const SLOTS = { name: 'a turn to ask other shops for prices', slots: 8, queue: 200, patienceMs: 800 };

/**
 * Other shops' offers, by name. What is remembered is given at once; else the service is asked, once for all who ask
 * for the same name meanwhile. A call goes on after its askers have given up, so that its answer is remembered.
 */
export function openOtherShops(options: OtherShopsOptions): PriceSource {
  const { search, breaker, memory, freshMs, log, now = Date.now } = options;
  const slots: Slots = openSlots(SLOTS);
  const outage = openOutage(log, 'asking other shops for prices');
  const calls = new Map<string, Promise<TimedOffers | undefined>>();
  const background = new Set<Promise<void>>();
  const closing = new AbortController();
  let lastCallFailed = false;

  /** @returns undefined when it could not be asked, which is logged. */
  function ask(query: string): Promise<TimedOffers | undefined> {
    const running = calls.get(query);
    if (running) return running;
    const call = searchInTurn(query);
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

  async function searchInTurn(query: string): Promise<TimedOffers | undefined> {
    try {
      const offers = await slots.run(() => searchOnce(query));
      return offers && { offers, asOf: now() };
    } catch (error) {
      // Too much is asked at once; of that, the answers tell.
      log.debug({ err: error }, 'no turn to ask for prices');
      return undefined;
    }
  }

  async function searchOnce(query: string): Promise<Offer[] | undefined> {
    try {
      const offers = await breaker.run((signal) => search(query, AbortSignal.any([signal, closing.signal])));
      lastCallFailed = false;
      outage.ended();
      return offers;
    } catch (error) {
      lastCallFailed = true;
      if (!closing.signal.aborted) outage.began(error);
      return undefined;
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
      // With all slots taken, those who have nothing yet come first.
      if (now() - known.asOf >= freshMs && slots.free) void ask(query);
      return { ...known, degraded: lastCallFailed || breaker.state !== 'closed' };
    },
    close: async () => {
      closing.abort();
      await Promise.all(background);
      await breaker.close();
    },
  };
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
