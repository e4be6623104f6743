import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { OrderLetter } from './order-letter.entity.js';
import { readOrderLetter } from './read-order-letter.js';

@Resolver()
export class OrderLetterResolver {
  constructor(private readonly database: Database) {}

  @Directive('@inaccessible')
  @Query(() => OrderLetter, {
    nullable: true,
    description: 'What a letter says of an order; null when there is none of that id. For user.',
  })
  orderLetter(
    @Ctx() context: SubgraphContext,
    @Arg('orderId', () => ID, { description: 'The order’s id.' }) orderId: string,
  ): Promise<OrderLetter | null> {
    requireService(context, 'user');
    return readOrderLetter(this.database, orderId);
  }
}
