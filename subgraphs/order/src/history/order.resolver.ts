import 'reflect-metadata';
import { notFound } from '@stampede/shared/errors';
import { Money, PAGED, usually, won } from '@stampede/shared/graphql';
import { requireRole, requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { Order, OrderEvent, OrderLine } from '../order.entity.js';
import { OrderConnection, OrderScope } from './order-connection.js';
import { OrderFilter } from './order-filter.js';
import type { OrderReader } from './order-reader.js';

@Resolver(() => Order)
export class OrderResolver {
  constructor(private readonly reader: OrderReader) {}

  @Query(() => Order, {
    nullable: true,
    description: 'One order. Somebody else’s is NOT_FOUND. Role: its buyer, or OPERATOR.',
  })
  async order(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'Which order.' }) id: string,
  ): Promise<Order> {
    const order = await this.reader.visible(id, requireUser(context));
    if (!order) throw notFound('order');
    return order;
  }

  @Directive(PAGED)
  @Query(() => OrderConnection, {
    description: 'Orders that a filter leaves, newest first. Role: by scope.',
  })
  orders(
    @Ctx() context: SubgraphContext,
    @Arg('scope', () => OrderScope, {
      nullable: true,
      defaultValue: OrderScope.BOUGHT,
      description: 'Whose.',
    })
    scope: OrderScope | null,
    @Arg('filter', () => OrderFilter, { nullable: true, description: 'Left out: all of the scope.' })
    filter: OrderFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most 100.' })
    first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'The cursor after which to go on: of the same scope, with whichever filter.',
    })
    after?: string | null,
  ): Promise<OrderConnection> {
    const { userId } =
      scope === OrderScope.SOLD
        ? requireRole(context, 'SELLER')
        : scope === OrderScope.ALL
          ? requireRole(context, 'OPERATOR')
          : requireUser(context);
    return this.reader.page({
      scope: scope ?? 'BOUGHT',
      userId,
      filter: filter ?? {},
      first: first ?? 20,
      after: after ?? null,
    });
  }

  @Directive(usually(4))
  @FieldResolver(() => [OrderLine], {
    description: 'What was bought. A SELLER who is not the buyer sees their own lines.',
  })
  lines(@Root() order: Order, @Ctx() { identity }: SubgraphContext): Promise<OrderLine[]> {
    return this.reader.lines(order, identity);
  }

  @Directive(usually(5))
  @FieldResolver(() => [OrderEvent], { description: 'Every change of status, oldest first.' })
  timeline(@Root() order: Order): Promise<OrderEvent[]> {
    return this.reader.events(order);
  }

  @FieldResolver(() => Money, {
    description: 'What has been given back, for all lines together, whosever they are.',
  })
  async refunded(@Root() { id }: Order): Promise<Money> {
    return won(await this.reader.refunded(id));
  }
}
