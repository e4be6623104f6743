import fc from 'fast-check';
import { changeSettingsAtOnce } from '@stampede/catalog/change-settings';
import { addUnits } from '@stampede/catalog/restock/add-units';
import { takeBackUnits } from '@stampede/catalog/restock/take-back-units';
import { cancelOrder } from '@stampede/order/cancellation/cancel-order';
import { log } from '../platform.js';
import type { World } from '../world.js';
import { command, pick, type Command } from './command.js';

export const cancelling = (steps: fc.Arbitrary<number>): fc.Arbitrary<Command> =>
  fc.record({ order: fc.nat(3), inFull: fc.boolean(), steps }).map(({ order, inFull, steps: taken }) =>
    command(
      `order ${order} is cancelled${inFull ? ' in full' : ''}`,
      taken,
      (model, { history, stores }) => {
        const { id } = pick(model.orders, order);
        history
          .start('order', 'cancel', () => cancelOrder(stores.databases.order, id, 'BUYER', inFull))
          .catch(() => undefined);
      },
      ({ orders }) => orders.length > 0,
    ),
  );

const partsOf = ({ stores, platform }: World) => ({
  database: stores.databases.catalog,
  inventory: stores.inventory,
  log,
  askForRebuild: platform.askForRebuild.atOnce,
});

export const restocking = (products: number, steps: fc.Arbitrary<number>): fc.Arbitrary<Command> =>
  fc
    .record({ product: fc.nat(products - 1), quantity: fc.constantFrom(-2, -1, 1, 2), key: fc.nat(3), steps })
    .map(({ product, quantity, key, steps: taken }) =>
      command(`product ${product} gets ${quantity} units by key ${key}`, taken, (_model, world) => {
        const wish = {
          productId: pick(world.productIds, product),
          key: `restock-${key}-${quantity}`,
          quantity,
        };
        world.history
          .start('catalog', 'restock', () =>
            quantity > 0 ? addUnits(partsOf(world), wish) : takeBackUnits(partsOf(world), wish),
          )
          .catch(() => undefined);
      }),
    );

export const pausing = (products: number, steps: fc.Arbitrary<number>): fc.Arbitrary<Command> =>
  fc
    .record({ product: fc.nat(products - 1), paused: fc.boolean(), steps })
    .map(({ product, paused, steps: taken }) =>
      command(`product ${product} is ${paused ? 'paused' : 'resumed'}`, taken, (_model, world) => {
        world.history
          .start('catalog', 'pause', () =>
            changeSettingsAtOnce(
              partsOf(world),
              { step: 'pause', productId: pick(world.productIds, product) },
              ({ settings }) => (settings.paused === paused ? undefined : { paused }),
            ),
          )
          .catch(() => undefined);
      }),
    );
