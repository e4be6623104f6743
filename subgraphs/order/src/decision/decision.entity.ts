import 'reflect-metadata';
import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
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
