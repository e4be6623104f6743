import 'reflect-metadata';
import { Money } from '@stampede/shared/graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { OrderStatus } from './order-status.js';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType()
export class User {
  @Field(() => ID)
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType()
export class Product {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ description: 'One product of an order, as it was when the order was placed.' })
export class OrderLine {
  @Field(() => ID, { description: 'What was bought.' })
  productId!: string;

  @Field({ description: 'Its name when the order was placed.' })
  productName!: string;

  @Field(() => Product, { nullable: true, description: 'The product as it is now.' })
  product!: Product;

  @Field(() => Int, { description: 'Units.' })
  quantity!: number;

  @Field(() => Money, { description: 'For one unit, when the order was placed.' })
  unitPrice!: Money;

  @Field(() => Money, { description: 'unitPrice × quantity.' })
  subtotal!: Money;
}

@ObjectType({ description: 'A change of an order’s status.' })
export class OrderEvent {
  @Field(() => GraphQLDateTime, { description: 'When.' })
  at!: Date;

  @Field(() => OrderStatus, { description: 'The status from then on.' })
  status!: OrderStatus;

  @Field(() => String, { nullable: true, description: 'Why, where there is more to say.' })
  reason!: string | null;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A buyer’s claim on units: held, then paid, then theirs.' })
export class Order {
  @Field(() => ID, { description: 'Names the order for good.' })
  id!: string;

  @Field({ description: 'What a person reads out to support.' })
  number!: string;

  @Field(() => OrderStatus, { description: 'Where it stands.' })
  status!: OrderStatus;

  @Field(() => User, { nullable: true, description: 'Who buys.' })
  buyer!: User;

  @Field(() => Money, { description: 'What all lines cost together, whosever they are.' })
  total!: Money;

  @Field(() => GraphQLDateTime, { description: 'When it was placed.' })
  placedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'The hold on the stock ends here.' })
  payBy!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When somebody cancelled it while its stock was being committed: it is cancelled as soon as that is decided. Null: nobody has.',
  })
  cancelRequestedAt!: Date | null;

  paidPaymentId!: string | null;
}
