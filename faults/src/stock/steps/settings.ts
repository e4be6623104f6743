import fc from 'fast-check';
import type { SaleSettings } from '@stampede/shared/inventory';
import { HOUR_MS, type History } from '../model/history.js';
import { atRedis, type ProductUnderTest } from '../product-under-test.js';
import { often, step } from './step.js';

/** Never at the very instant of a step: the sale opens and closes at half hours, and time passes by hours. */
const HALF_AN_HOUR = HOUR_MS / 2;

/** Hours from now; 0: it has always been open. */
const opensIn = often(0, -1, 1, 2);
/** Hours from now; null: never. */
const closesIn = often<number | null>(null, 1, 2, -1);

/** What a seller decides, but for the total. */
export const choices = fc.record({
  opensIn,
  closesIn,
  limit: fc.integer({ min: 1, max: 5 }),
  holdMinutes: fc.integer({ min: 1, max: 60 }),
  paused: often(false, true),
});

export interface Choices {
  opensIn: number;
  closesIn: number | null;
  limit: number;
  holdMinutes: number;
  paused: boolean;
}

/** The settings' next version. */
export function settingsOf(choices: Choices, now: number, version: number, total: number): SaleSettings {
  const { opensIn, closesIn, limit, holdMinutes, paused } = choices;
  return {
    version,
    opensAt: opensIn === 0 ? 0 : now + opensIn * HOUR_MS - HALF_AN_HOUR,
    closesAt: closesIn === null ? null : now + closesIn * HOUR_MS - HALF_AN_HOUR,
    limitPerBuyer: limit,
    holdMinutes,
    paused,
    termsVersion: version,
    total,
  };
}

/** The seller changes the sale, and Redis is told now, later, or never. */
export const change = fc
  .record({ choices, restocked: fc.nat(3), isTold: often(true, false) })
  .map((numbers) =>
    step('change', numbers, async ({ choices, restocked, isTold }, history, product) => {
      const { version, total } = history.settings;
      history.settings = settingsOf(choices, history.now, version + 1, total + restocked);
      history.sentSettings.push({ epoch: history.epoch, settings: history.settings });
      if (isTold) await tell(history, product, 0, 1);
    }),
  );

/** Redis is told of any change there ever was: an effect that had to wait, or one that is sent again. */
export const tellChange = fc.record({ change: fc.nat(7), times: often(1, 2) }).map((numbers) =>
  step(
    'tellChange',
    numbers,
    ({ change, times }, history, product) => tell(history, product, change, times),
    ({ sentSettings }) => sentSettings.length > 0,
  ),
);

async function tell(history: History, product: ProductUnderTest, back: number, times: number) {
  const { sentSettings, aheadMs } = history;
  const sent = sentSettings.at(-1 - (back % sentSettings.length))!;
  const settings = atRedis(sent.settings, aheadMs);
  await product.agree(
    history,
    () =>
      product.repeated(times, () =>
        product.server.inventory.changeSettings(product.id, sent.epoch, settings),
      ),
    () => {
      // Absolute values: the second time changes nothing.
      const wanted = history.changeSettings(sent);
      return times === 1 ? wanted : history.changeSettings(sent);
    },
  );
}
