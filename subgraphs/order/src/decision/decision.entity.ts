import 'reflect-metadata';
import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { OrderStatus } from '../order-status.js';

@Directive('@inaccessible')
@ObjectType({ description: 'What payment needs to know of an order. For services only.' })
export class OrderToPay {
  @Field(() => ID)
  buyerId!: string;

  @Field(() => OrderStatus)
  status!: OrderStatus;

  @Field(() => GraphQLSafeInt, { description: 'Won.' })
  total!: number;

  @Field(() => GraphQLDateTime)
  payBy!: Date;

  @Field({ description: 'What the provider’s page calls it.' })
  itemName!: string;

  @Field(() => Int)
  quantity!: number;

  @Field(() => Boolean, {
    description: 'Whether a payment may be started: unpaid, in time, none being decided.',
  })
  payable!: boolean;
}

@Directive('@inaccessible')
@InputType({ description: 'A payment that its provider is about to be asked for. For services only.' })
export class DecidingMarkInput {
  @Field(() => ID)
  orderId!: string;

  @Field(() => ID)
  paymentId!: string;

  @Field(() => Int)
  attempt!: number;

  @Field(() => GraphQLSafeInt, { description: 'Won.' })
  amount!: number;
}
