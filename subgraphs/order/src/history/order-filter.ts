import 'reflect-metadata';
import { Field, ID, InputType } from 'type-graphql';
import { OrderStatus } from '../order-status.js';

type Given<T> = T | null | undefined;

@InputType({
  description: 'What orders of a list have in common. A part that is left out, or null, leaves all.',
})
export class OrderFilter {
  @Field(() => OrderStatus, { nullable: true, description: 'Those that stand so.' })
  status?: Given<OrderStatus>;

  @Field(() => String, {
    nullable: true,
    description:
      'The one of this number, as a person reads it: in any case, with or without dashes and spaces, O for 0, I and L for 1.',
  })
  number?: Given<string>;

  @Field(() => ID, {
    nullable: true,
    description: 'Those with a line of this product; in the scope SOLD, with such a line of the caller’s.',
  })
  productId?: Given<string>;

  @Field(() => ID, { nullable: true, description: 'Those of one buyer.' })
  buyerId?: Given<string>;
}
