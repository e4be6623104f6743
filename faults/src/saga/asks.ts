import { Unavailable } from '@stampede/shared/errors';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { clearMark } from '@stampede/order/decision/clear-mark';
import { markAllDeciding, readOrderToPay, type Deciding } from '@stampede/order/decision/decide';
import type { Rebuilds } from '@stampede/order/rebuild/rebuilds';
import { PRODUCT_COLUMNS, productChangedBy, productOf, type ProductRow } from '@stampede/catalog/product-row';
import { readStockBook } from '@stampede/catalog/rebuild/read-stock-book';
import { tellStockTruth } from '@stampede/catalog/rebuild/tell-stock-truth';
import { Crash, currentLife, type Service } from './life.js';
import type { Stores } from './stores.js';

type Variables = Record<string, unknown>;
/** By the field that is asked for, as the subgraph's resolver answers it. */
type Answers = Record<string, (variables: Variables) => Promise<unknown>>;

/** What catalog answers to order. */
export const answersOfCatalog = ({ databases: { catalog } }: Stores): Answers => ({
  productExists: async ({ productId }) =>
    (await catalog.query('SELECT 1 FROM product WHERE id = $1', [productId])).length > 0,
  productListing: async ({ productId }) => {
    const [row] = await catalog.query<ProductRow>(`SELECT ${PRODUCT_COLUMNS} FROM product WHERE id = $1`, [
      productId,
    ]);
    return row ? JSON.stringify(productChangedBy(productOf(row))) : null;
  },
  stockTruth: ({ productId, epoch, unconfirmed }) =>
    tellStockTruth(
      catalog,
      productId as string,
      epoch as number,
      unconfirmed as { orderId: string; quantity: number }[],
    ),
  stockBook: ({ productId, after, first }) =>
    readStockBook(catalog, productId as string, { after: after as string | null, first: first as number }),
});

/** What order answers to catalog and payment. */
export const answersOfOrder = (
  { databases: { order } }: Stores,
  rebuilds: () => Pick<Rebuilds, 'rebuild'>,
): Answers => ({
  warmStock: ({ productId }) => rebuilds().rebuild(productId as string),
  orderToPay: ({ orderId }) => readOrderToPay(order, orderId as string),
  markDeciding: ({ marks }) => markAllDeciding(order, marks as Deciding[]),
  clearDeciding: async ({ orderId, paymentId, attempt }) => {
    await clearMark(order, {
      orderId: orderId as string,
      paymentId: paymentId as string,
      attempt: attempt as number,
    });
    return true;
  },
});

/**
 * Asks another service, in this process: its part is a task of its own, which lives on when whoever asked has crashed or
 * given up. What it answers comes as JSON, as it would over the wire.
 */
export function askingOf(callee: Service, answers: Answers): ServiceClient {
  return {
    ask: async <T>(query: string, variables: Variables): Promise<T> => {
      const field = /\{\s*(\w+)/.exec(query)?.[1] ?? '';
      const answer = answers[field];
      const caller = currentLife();
      if (!answer || !caller) throw new Error(`nobody answers ${field}`);
      const mishap = caller.history.takeMishap(caller.service, 'ask');
      if (mishap === 'lost') throw new Unavailable(callee);
      const sent = JSON.parse(JSON.stringify(variables)) as Variables;
      const begin = () => caller.history.start(callee, `answers ${field}`, () => answer(sent));
      const task = begin();
      if (mishap === 'later') throw new Unavailable(callee);
      if (mishap === 'twice') void begin().catch(() => undefined);
      let told: unknown;
      try {
        told = await task;
      } catch (error) {
        throw error instanceof Crash ? new Unavailable(callee) : error;
      }
      if (caller.ended) throw new Crash(caller.service);
      if (mishap === 'unheard') throw new Unavailable(callee);
      return JSON.parse(JSON.stringify({ [field]: told ?? null })) as T;
    },
    close: () => Promise.resolve(),
  };
}
