import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { forbidden, notFound } from '@stampede/shared/errors';
import { Rejection } from '@stampede/shared/graphql';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver, createUnionType } from 'type-graphql';
import { Order } from '../order.entity.js';
import type { OrderReader } from '../history/order-reader.js';
import { cancelOrder } from './cancel-order.js';
import { checkReason, LONGEST_REASON } from './check-reason.js';

@ObjectType({
  implements: Rejection,
  description:
    'Shipped, ended, a payment is being decided, or its refund policy gives nothing back any more.',
})
export class OrderNotCancellable extends Rejection {
  @Field(() => Order, { description: 'As it stands.' })
  order!: Order;
}

const CancelOrderResult = createUnionType({
  name: 'CancelOrderResult',
  description: 'The order as it stands now, or why it cannot be cancelled.',
  types: () => [Order, OrderNotCancellable] as const,
});

@Resolver()
export class CancelOrderResolver {
  constructor(
    private readonly database: Database,
    private readonly orders: OrderReader,
  ) {}

  @Mutation(() => CancelOrderResult, {
    description:
      'Ends an order, and gives back what `refundQuote` says, or all of it. A PAID one stays PAID until its stock is decided, with `cancelRequestedAt`, and is cancelled then. Cancelling again changes nothing. Role: its buyer, or OPERATOR.',
  })
  async cancelOrder(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'Which order.' }) id: string,
    @Arg('reason', () => String, {
      nullable: true,
      description: `In the person’s own words, one line of at most ${LONGEST_REASON} characters: the order’s timeline shows it to its buyer, its sellers and operators.`,
    })
    reason: string | null | undefined,
    @Arg('inFull', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description:
        'Gives all of it back, whatever the refund policies say: when a concert is called off, say. For an OPERATOR only.',
    })
    inFull: boolean | null,
  ): Promise<Order | OrderNotCancellable> {
    const { userId, role } = requireUser(context);
    if (inFull && role !== 'OPERATOR')
      throw forbidden('Only an operator gives back more than the refund policy.');
    const words = checkReason(reason);
    const mine = await this.orders.visible(id, { userId, role });
    if (!mine) throw notFound('order');
    const why = words ?? (role === 'OPERATOR' && mine.buyer.id !== userId ? 'OPERATOR' : 'BUYER');
    const answer = await cancelOrder(this.database, mine.id, why, inFull ?? false);
    const order = await this.orders.visible(mine.id, { userId, role });
    if (answer === 'no-such-order' || !order) throw notFound('order');
    if (answer === 'done') return order;
    return Object.assign(new OrderNotCancellable(), { message: answer.refused, order });
  }
}
