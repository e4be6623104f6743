import 'reflect-metadata';
import { streamOfParts } from '@stampede/shared/graphql';
import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { Order } from '../order.entity.js';

@Resolver()
export class FollowOrderResolver {
  @Subscription(() => Order, {
    subscribe: streamOfParts,
    description:
      'The order at once, then on every change of it or of its payments; bursts are merged to at most ten a second. Role: its buyer, or OPERATOR.',
  })
  orderChanged(
    @Root() order: Order,
    @Arg('id', () => ID, { description: 'Which order.' }) _id: string,
  ): Order {
    return order;
  }
}
