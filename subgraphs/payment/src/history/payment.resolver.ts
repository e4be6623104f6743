import 'reflect-metadata';
import { notFound } from '@stampede/shared/errors';
import { Money, usually, won } from '@stampede/shared/graphql';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Order, Payment } from '../payment.entity.js';
import { paymentOf } from '../payment-view.js';
import type { PaymentReader } from './payment-reader.js';

@Resolver(() => Payment)
export class PaymentResolver {
  constructor(private readonly reader: PaymentReader) {}

  @Query(() => Payment, {
    nullable: true,
    description: 'One payment. Somebody else’s is NOT_FOUND. Role: its buyer, or OPERATOR.',
  })
  async payment(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'Which payment.' }) id: string,
  ): Promise<Payment> {
    const row = await this.reader.visible(id, requireUser(context));
    if (!row) throw notFound('payment');
    return paymentOf(row);
  }

  @FieldResolver(() => Money, { description: 'What has been given back.' })
  async refunded(@Root() { id }: Payment): Promise<Money> {
    return won(await this.reader.refunded(id));
  }
}

@Resolver(() => Order)
export class OrderPaymentsResolver {
  constructor(private readonly reader: PaymentReader) {}

  @Directive(usually(2))
  @FieldResolver(() => [Payment], { nullable: true, description: 'Every attempt to pay it, oldest first.' })
  async payments(@Root() { id }: Order, @Ctx() { identity }: SubgraphContext): Promise<Payment[]> {
    return (await this.reader.ofOrder(id, identity)).map(paymentOf);
  }
}
