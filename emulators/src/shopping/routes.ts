import type { Fault, FaultOf, Faults } from '../faults.js';
import { html, json, type Answer, type Request } from '../http.js';
import { delayed, withheld } from '../spoilt.js';
import { refusal } from './errors.js';
import { openQuota, type Limits } from './quota.js';
import { search } from './search.js';

const MAX_QUERIES = 10_000;

export interface ShoppingParts {
  faults: Faults;
  now: () => Date;
  /** Which applications show, whatever their client id. */
  clientSecret: string;
  limits: Limits;
}

/** Naver's shopping search under /shopping, as it was until it ended: what was openapi.naver.com there. */
export function openShopping({ faults, now, clientSecret, limits }: ShoppingParts) {
  const use = openQuota(limits, now);
  /** Calls that arrived, by query; forgets those seen first when full. */
  const calls = new Map<string, number>();

  function counted(query: string): void {
    calls.set(query, (calls.get(query) ?? 0) + 1);
    if (calls.size > MAX_QUERIES) calls.delete(calls.keys().next().value ?? '');
  }

  function searched({ headers, query }: Request): Answer {
    counted(query.get('query') ?? '');
    const id = headers['x-naver-client-id'];
    if (typeof id !== 'string' || id === '' || headers['x-naver-client-secret'] !== clientSecret) {
      return refusal('024');
    }
    const over = use(id);
    if (over) return refusal(over);
    return spoilt(faults.take('shopping', 'search'), () => search(query, now()));
  }

  function answer(request: Request): Answer {
    switch (`${request.method} ${request.path}`) {
      case 'GET /shopping/v1/search/shop.json':
        return searched(request);
      case 'GET /shopping/calls': {
        const query = request.query.get('query');
        const all = () => [...calls.values()].reduce((sum, count) => sum + count, 0);
        return json(200, { search: query === null ? all() : (calls.get(query) ?? 0) });
      }
      default:
        return refusal('SE05');
    }
  }

  return { answer };
}

function spoilt(fault: Fault<FaultOf<'shopping'>> | undefined, perform: () => Answer): Answer {
  if (!fault) return perform();
  // Nothing is carried out by a search, so before and after are one.
  if (fault.fault === 'timeout-before' || fault.fault === 'timeout-after') return withheld(fault);
  if (fault.fault === 'slow') return delayed(perform(), fault);
  if (fault.fault === 'error-500') return delayed(refusal('SE99'), fault);
  if (fault.fault === 'decline') return delayed(refusal('012'), fault);
  return delayed(html(200, '<!doctype html><title>Under maintenance</title>'), fault);
}
