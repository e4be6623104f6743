import fc from 'fast-check';
import type { History } from '../model/history.js';
import type { ProductUnderTest } from '../product-under-test.js';
import { often, step } from './step.js';

type Kind = 'commit' | 'undo' | 'end' | 'return';

/** Any effect on any hold there ever was, of its own epoch or of a later one, once or again: relays keep no order. */
export const affect = fc
  .record({
    kind: fc.constantFrom<Kind>('commit', 'undo', 'end', 'return'),
    hold: fc.nat(7),
    epoch: often('its own', 'of now', 'newer'),
    times: often(1, 2),
  })
  .map((numbers) => step('affect', numbers, run, ({ holds }) => holds.length > 0));

interface Numbers {
  kind: Kind;
  hold: number;
  epoch: string;
  times: number;
}

async function run(numbers: Numbers, history: History, product: ProductUnderTest): Promise<void> {
  const { kind, times } = numbers;
  const hold = history.holds.at(-1 - (numbers.hold % history.holds.length))!;
  const now = history.stock?.epoch ?? history.epoch;
  const effectEpoch = { 'its own': hold.effectEpoch, 'of now': now, newer: now + 1 }[numbers.epoch]!;
  const named = { ...hold, effectEpoch, productId: product.id };
  const { inventory } = product.server;
  await product.agree(
    history,
    () =>
      product.repeated(times, () =>
        kind === 'commit' ? inventory.commit(named) : inventory.release(kind, named),
      ),
    () => {
      let wanted = history.affect({ ...named, kind });
      for (let sent = 1; sent < times; sent += 1) wanted = history.affect({ ...named, kind });
      return wanted;
    },
  );
}
