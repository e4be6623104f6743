import 'reflect-metadata';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ObjectType } from 'type-graphql';

@Directive('@inaccessible')
@ObjectType({
  description:
    'What our own page of a payment by Toss Payments shows, and gives to the provider’s SDK. For services only.',
})
export class HostedPayment {
  @Field({ description: 'The script of the provider’s browser SDK.' })
  sdkUrl!: string;

  @Field({ description: 'Whose shop it is, as the SDK wants it; no secret.' })
  clientKey!: string;

  @Field({ description: 'The payment’s id, by which the provider knows it.' })
  orderId!: string;

  @Field({ description: 'What is bought, in at most 100 characters.' })
  orderName!: string;

  @Field(() => GraphQLSafeInt, { description: 'Won.' })
  amount!: number;

  @Field({ description: 'Where the buyer goes who has agreed to pay.' })
  successUrl!: string;

  @Field({ description: 'Where the buyer goes whom the provider refused, or who gave up in its window.' })
  failUrl!: string;

  @Field({ description: 'Where the buyer goes who gives up on our page.' })
  cancelUrl!: string;
}
