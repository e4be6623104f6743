import { decodeCursor, isIdKey, isTimeKey, timeKey } from '@stampede/shared/graphql';
import type { Bind } from './conditions.js';
import { listOf, type PageOrder, type Range } from './page-order.js';
import { ProductSort } from './product-sort.js';

const LATEST_FIRST = 'opens_at DESC, id DESC';
const SOONEST_FIRST = 'opens_at, id';

/**
 * First those that open later, the soonest first, then those that have opened, the latest first. Later than when is
 * said by the cursor: the first page's instant, or a product that opens between two pages would come again, or never.
 *
 * @throws BAD_USER_INPUT when `after` is no cursor of this order.
 */
export function openingSoon(after: string | null, bind: Bind): PageOrder {
  if (after === null) return bothRanges('now()', { where: 'opens_at > now()', orderBy: SOONEST_FIRST });

  const [asOf, opensAt, id] = decodeCursor(
    listOf(ProductSort.OPENING_SOON),
    after,
    isTimeKey,
    isTimeKey,
    isIdKey,
  );
  const instant = `${bind(asOf)}::timestamptz`;
  const last = `(${bind(opensAt)}::timestamptz, ${bind(id)}::uuid)`;
  // Both are written alike: the later one is the greater text.
  return opensAt > asOf
    ? bothRanges(instant, { where: `(opens_at, id) > ${last}`, orderBy: SOONEST_FIRST })
    : {
        keys: keysAt(instant),
        ranges: [{ where: `(opens_at, id) < ${last}`, orderBy: LATEST_FIRST }],
      };
}

const keysAt = (instant: string) => [timeKey(instant), timeKey('opens_at')];

const bothRanges = (instant: string, later: Range): PageOrder => ({
  keys: keysAt(instant),
  ranges: [later, { where: `opens_at <= ${instant}`, orderBy: LATEST_FIRST }],
  together: `CASE WHEN opens_at > ${instant} THEN opens_at END, CASE WHEN opens_at > ${instant} THEN id END, ${LATEST_FIRST}`,
});
