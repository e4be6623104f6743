import { badInput } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import { readOrderNumber } from '../order-number.js';
import type { OrderStatus } from '../order-status.js';
import type { OrderFilter } from './order-filter.js';

/** Whose orders are listed: their buyer's, those with a line of their seller's, or everybody's. */
export type Scope = 'BOUGHT' | 'SOLD' | 'ALL';

/** What has to be so of every order of a list; what is undefined may be anything. */
export interface Wanted {
  buyerId?: string | undefined;
  /** Of one and the same line: nobody learns of another seller's lines by asking for their product. */
  sellerId?: string | undefined;
  productId?: string | undefined;
  status?: OrderStatus | undefined;
  /** What the order's number stands for. */
  sequence?: number | undefined;
}

/**
 * What somebody asks for who may see a scope.
 *
 * @returns undefined when there can be no such order: somebody else's among one's own.
 * @throws BAD_USER_INPUT with every part of the filter that can be none.
 */
export function wantedOf(scope: Scope, userId: string, filter: OrderFilter): Wanted | undefined {
  const { status, number, productId, buyerId } = withoutNulls(filter);
  const sequence = number === undefined ? undefined : readOrderNumber(number);
  const problems = [
    number !== undefined && sequence === undefined && { path: 'filter.number', message: NO_NUMBER },
    productId !== undefined && !isUuid(productId) && { path: 'filter.productId', message: 'is no id.' },
    buyerId !== undefined && !isUuid(buyerId) && { path: 'filter.buyerId', message: 'is no id.' },
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw badInput(...problems);
  if (scope === 'BOUGHT' && buyerId !== undefined && buyerId.toLowerCase() !== userId) return undefined;
  return {
    buyerId: scope === 'BOUGHT' ? userId : buyerId,
    sellerId: scope === 'SOLD' ? userId : undefined,
    productId,
    status,
    sequence,
  };
}

const NO_NUMBER = 'is no order’s number: these have 8 letters and digits, as 0100-001A.';

const withoutNulls = ({ status, number, productId, buyerId }: OrderFilter) => ({
  status: status ?? undefined,
  number: number ?? undefined,
  productId: productId ?? undefined,
  buyerId: buyerId ?? undefined,
});
