import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Ctx, Directive, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { markDeciding, readOrderToPay } from './decide.js';
import { OrderToPay } from './decision.entity.js';

@Resolver()
export class DecisionResolver {
  constructor(private readonly database: Database) {}

  @Directive('@inaccessible')
  @Query(() => OrderToPay, { nullable: true, description: 'What is owed for an order. For payment.' })
  orderToPay(
    @Ctx() context: SubgraphContext,
    @Arg('orderId', () => ID) orderId: string,
  ): Promise<OrderToPay | null> {
    requireService(context, 'payment');
    return readOrderToPay(this.database, orderId);
  }

  @Directive('@inaccessible')
  @Mutation(() => Boolean, {
    description: 'Marks that a payment is being decided; false when it must not be. For payment.',
  })
  markDeciding(
    @Ctx() context: SubgraphContext,
    @Arg('orderId', () => ID) orderId: string,
    @Arg('paymentId', () => ID) paymentId: string,
    @Arg('attempt', () => Int) attempt: number,
    @Arg('amount', () => GraphQLSafeInt) amount: number,
  ): Promise<boolean> {
    requireService(context, 'payment');
    return markDeciding(this.database, { orderId, paymentId, attempt, amount });
  }
}
