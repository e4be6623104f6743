import 'reflect-metadata';
import { passing } from '@stampede/shared/crash-points';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { clearMark } from './clear-mark.js';
import { markAllDeciding, readOrderToPay } from './decide.js';
import { DecidingMarkInput, OrderToPay } from './decision.entity.js';

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
  @Mutation(() => [Boolean], {
    nullable: 'items',
    description:
      'Marks that payments are being decided; an answer to each, in their order: false where it must not be, null where nobody can say now. For payment.',
  })
  markDeciding(
    @Ctx() context: SubgraphContext,
    @Arg('marks', () => [DecidingMarkInput]) marks: DecidingMarkInput[],
  ): Promise<(boolean | null)[]> {
    requireService(context, 'payment');
    return markAllDeciding(this.database, marks);
  }

  @Directive('@inaccessible')
  @Mutation(() => Boolean, {
    description:
      'Frees an order of a payment that is about to be declined, before its buyer is told: payment.declined says it again. For payment.',
  })
  async clearDeciding(
    @Ctx() context: SubgraphContext,
    @Arg('orderId', () => ID) orderId: string,
    @Arg('paymentId', () => ID) paymentId: string,
    @Arg('attempt', () => Int) attempt: number,
  ): Promise<boolean> {
    requireService(context, 'payment');
    await passing('clear-deciding', 'commit', () =>
      clearMark(this.database, { orderId, paymentId, attempt }),
    );
    return true;
  }
}
