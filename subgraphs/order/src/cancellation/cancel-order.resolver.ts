import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { badInput, notFound } from '@stampede/shared/errors';
import { isStorable, Rejection } from '@stampede/shared/graphql';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver, createUnionType } from 'type-graphql';
import { Order } from '../order.entity.js';
import type { OrderReader } from '../history/order-reader.js';
import { cancelOrder } from './cancel-order.js';

@ObjectType({ implements: Rejection, description: 'Shipped, ended, or a payment is being decided.' })
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
      'Ends an order. A PAID one stays PAID until its stock is decided, and is cancelled then. Role: its buyer, or OPERATOR.',
  })
  async cancelOrder(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'Which order.' }) id: string,
    @Arg('reason', () => String, { nullable: true, description: 'At most 200 characters.' })
    reason?: string | null,
  ): Promise<Order | OrderNotCancellable> {
    const { userId, role } = requireUser(context);
    if (reason && (reason.length > 200 || !isStorable(reason)))
      throw badInput({ path: 'reason', message: 'has at most 200 characters, of plain text.' });
    const mine = await this.orders.visible(id, { userId, role });
    if (!mine) throw notFound('order');
    const why = reason || (role === 'OPERATOR' && mine.buyer.id !== userId ? 'OPERATOR' : 'BUYER');
    const answer = await cancelOrder(
      this.database,
      mine.id,
      (order) => order.buyer_id === userId || role === 'OPERATOR',
      why,
    );
    const order = await this.orders.visible(mine.id, { userId, role });
    if (answer === 'no-such-order' || !order) throw notFound('order');
    if (answer === 'done') return order;
    return Object.assign(new OrderNotCancellable(), { message: answer.refused, order });
  }
}
