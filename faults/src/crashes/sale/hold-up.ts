import type { ServiceName } from '@stampede/shared/database';
import type { Shop } from '@stampede/shared/testing';

/** Less than an idle transaction is left alone by PostgreSQL. */
const STIR_EVERY_MS = 5_000;

/** Does `work` while a statement's locks stand in a service's way. @param lock a row's, or a table's */
export function holdUp<T>(
  shop: Shop,
  schema: ServiceName,
  lock: string,
  parameters: unknown[],
  work: () => Promise<T>,
): Promise<T> {
  return shop.sql(schema).transaction('hold-up', async (tx) => {
    await tx.run(lock, parameters);
    let stirring: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
      stirring = tx.run('SELECT 1');
    }, STIR_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      await stirring;
    }
  });
}

/** Has a service hear nothing, while `work` lasts: the effects of messages wait for its inbox. */
export const deafen = <T>(shop: Shop, schema: ServiceName, work: () => Promise<T>): Promise<T> =>
  holdUp(shop, schema, 'LOCK TABLE inbox IN SHARE MODE', [], work);
