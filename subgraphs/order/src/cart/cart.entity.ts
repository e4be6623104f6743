import 'reflect-metadata';
import { Money } from '@stampede/shared/graphql';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Product } from '../order.entity.js';

@ObjectType({ description: 'One product that a person means to buy.' })
export class CartLine {
  @Field(() => ID, { description: 'What is wanted.' })
  productId!: string;

  @Field(() => Product, {
    nullable: true,
    description:
      'The product as it is now, sold out or its sale closed for that matter; null when it has gone.',
  })
  product!: Product;

  @Field(() => Int, { description: 'Units; 1 to 1,000.' })
  quantity!: number;
}

@ObjectType({
  description: 'What a person means to buy, the same on all of their devices. It holds no units.',
})
export class Cart {
  @Field(() => [CartLine], { description: 'At most 20, in the order in which they were added.' })
  lines!: CartLine[];

  @Field(() => Money, {
    description:
      'What all lines would cost together, by the prices that order has heard of: a new price is heard within moments. What is paid is the total of the order.',
  })
  total!: Money;
}
