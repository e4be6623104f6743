import 'reflect-metadata';
import { AddressInput } from '@stampede/shared/input';
import { Field, ID, InputType, Int } from 'type-graphql';

@InputType()
export class LineInput {
  @Field(() => ID, { description: 'What is bought.' })
  productId!: string;

  @Field(() => Int, { description: 'Units; at least 1. Lines of the same product count together.' })
  quantity!: number;
}

@InputType({
  description:
    'Without lines, the cart is bought; what is bought leaves the cart either way. All lines are held, or none. The same idempotencyKey gives the same order again; with another basket it is IDEMPOTENCY_CONFLICT.',
})
export class CheckoutInput {
  @Field(() => [LineInput], {
    nullable: true,
    description: 'At most 20. Left out or null: what is in the cart when the order is placed.',
  })
  lines?: LineInput[] | null;

  @Field({
    description: '8 to 64 of A-Z a-z 0-9 . _ -; choose a new one for each purchase, keep it for each retry.',
  })
  idempotencyKey!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'A saved address of the buyer’s, copied into the order: later changes of it leave the order alone.',
  })
  addressId?: string | null;

  @Field(() => AddressInput, { nullable: true, description: 'In place of a saved one.' })
  address?: AddressInput | null;
}
