import 'reflect-metadata';
import { Rejection, SalePhase } from '@stampede/shared/graphql';
import type { ReserveAnswer } from '@stampede/shared/inventory';
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, createUnionType } from 'type-graphql';
import { Order, Product } from '../order.entity.js';

/** A refusal that is about one product; `product` is resolved by catalog, when asked for. */
abstract class ProductRejection extends Rejection {
  productId!: string;
  product!: Product;
}

@ObjectType({
  implements: Rejection,
  description: 'Not enough units are available now; holds may still come back.',
})
export class SoldOut extends ProductRejection {
  @Field(() => ID, { description: 'What was wanted.' })
  declare productId: string;

  @Field(() => Product, { nullable: true, description: 'What was wanted.' })
  declare product: Product;

  @Field(() => Int, { description: 'Units available at that instant: fewer than were wanted.' })
  available!: number;
}

@ObjectType({ implements: Rejection, description: 'The sale is not open: too early, paused, or over.' })
export class SaleNotOpen extends ProductRejection {
  @Field(() => ID, { description: 'What was wanted.' })
  declare productId: string;

  @Field(() => Product, { nullable: true, description: 'What was wanted.' })
  declare product: Product;

  @Field(() => SalePhase, { description: 'SCHEDULED, PAUSED or CLOSED.' })
  phase!: SalePhase;

  @Field(() => GraphQLDateTime, { description: 'When the sale opens, did, or would have.' })
  opensAt!: Date;
}

@ObjectType({ implements: Rejection, description: 'The buyer would hold and own more than the sale allows.' })
export class LimitExceeded extends ProductRejection {
  @Field(() => ID, { description: 'What was wanted.' })
  declare productId: string;

  @Field(() => Product, { nullable: true, description: 'What was wanted.' })
  declare product: Product;

  @Field(() => Int, { description: 'Units that one buyer may hold and own.' })
  limit!: number;

  @Field(() => Int, { description: 'Units that this buyer holds and owns.' })
  alreadyOrdered!: number;
}

@ObjectType({ implements: Rejection, description: 'There is nothing to buy.' })
export class CartEmpty extends Rejection {}

export const CheckoutResult = createUnionType({
  name: 'CheckoutResult',
  description: 'The order that now stands, or why there is none.',
  types: () => [Order, SoldOut, SaleNotOpen, LimitExceeded, CartEmpty] as const,
});

export type CheckoutRejection = SoldOut | SaleNotOpen | LimitExceeded | CartEmpty;

type Refusal = Extract<ReserveAnswer, { kind: 'not-open' | 'limit' | 'sold-out' }>;

export const isRefusal = (answer: ReserveAnswer): answer is Refusal =>
  answer.kind === 'not-open' || answer.kind === 'limit' || answer.kind === 'sold-out';

/** What the buyer is told when the script refuses. */
export function rejectionOf(productId: string, refusal: Refusal): CheckoutRejection {
  const about = { productId, product: { id: productId } };
  switch (refusal.kind) {
    case 'sold-out':
      return Object.assign(new SoldOut(), about, {
        message: refusal.available === 0 ? 'Sold out.' : `Only ${refusal.available} left.`,
        available: refusal.available,
      });
    case 'limit':
      return Object.assign(new LimitExceeded(), about, {
        message: `One buyer may have ${refusal.limit} of this.`,
        limit: refusal.limit,
        alreadyOrdered: refusal.alreadyOrdered,
      });
    case 'not-open':
      return Object.assign(new SaleNotOpen(), about, {
        message: NOT_OPEN[refusal.phase],
        phase: SalePhase[refusal.phase],
        opensAt: refusal.opensAt,
      });
    default:
      return refusal satisfies never;
  }
}

const NOT_OPEN = {
  SCHEDULED: 'The sale has not opened yet.',
  PAUSED: 'The sale is paused.',
  CLOSED: 'The sale is over.',
};

export const cartEmpty = (): CartEmpty =>
  Object.assign(new CartEmpty(), { message: 'There is nothing to buy.' });
