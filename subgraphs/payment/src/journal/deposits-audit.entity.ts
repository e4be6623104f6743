import 'reflect-metadata';
import { Money } from '@stampede/shared/graphql';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({
  description:
    'What is held for buyers, by the payments themselves and by the books. The two differ by what is not booked yet, and by nothing when all is quiet.',
})
export class DepositsAudit {
  @Field(() => Money, {
    description:
      'By the payments: captured, less what was given back before it was settled, less the sales that are settled.',
  })
  held!: Money;

  @Field(() => GraphQLSafeInt, {
    description:
      'By the books, in won: the credit of the account `deposits`. Negative where a sale was booked before the payment that it was paid by.',
  })
  booked!: number;

  @Field(() => GraphQLSafeInt, { description: '`held` less `booked`, in won.' })
  difference!: number;

  @Field(() => Int, { description: 'Captured payments that are not booked yet.' })
  capturesToBook!: number;

  @Field(() => Int, { description: 'Refunds that were given back and are not booked yet.' })
  refundsToBook!: number;

  @Field(() => GraphQLSafeInt, {
    description:
      'What of the difference is not explained by those, in won. Anything but 0 is a mistake in the books.',
  })
  unexplained!: number;
}
