import 'reflect-metadata';
import { Directive, Field, Int, ObjectType } from 'type-graphql';

@Directive('@inaccessible')
@ObjectType({
  description: 'Orders of a product by where they stand now, each in one place. For services only.',
})
export class SaleFunnel {
  @Field(() => Int, { description: 'Unpaid, within their time.' })
  held!: number;

  @Field(() => Int, { description: 'Unpaid, with a payment that is being decided.' })
  paying!: number;

  @Field(() => Int, { description: 'Paid, their stock not yet committed.' })
  paid!: number;

  @Field(() => Int, { description: 'The buyer’s, delivered or on their way.' })
  confirmed!: number;

  @Field(() => Int, { description: 'Not paid in time.' })
  expired!: number;

  @Field(() => Int, { description: 'Cancelled, refunded or being refunded.' })
  cancelled!: number;
}
