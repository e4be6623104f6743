import 'reflect-metadata';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Product } from '../order.entity.js';

@ObjectType({
  description: 'Units by where they are, from both stores. drift is 0 when Redis and PostgreSQL agree.',
})
export class StockAudit {
  @Field(() => ID, { description: 'What was audited.' })
  productId!: string;

  @Field(() => Product, { nullable: true, description: 'What was audited.' })
  product!: Product;

  @Field(() => Int, { description: 'Units that exist.' })
  total!: number;

  @Field(() => Int, { description: 'Units sold.' })
  sold!: number;

  @Field(() => Int, { description: 'Units held for orders that are not paid yet.' })
  held!: number;

  @Field(() => Int, { description: 'Units that whoever comes next can have.' })
  available!: number;

  @Field(() => Int, {
    description:
      'Units on which the stores differ for longer than a change takes: of orders, one by one, that Redis knows otherwise than PostgreSQL or not at all; of counters, buyers’ sums and the total that do not add up.',
  })
  drift!: number;

  @Field({ description: 'Whether the stock was rebuilt: the numbers are those of afterwards.' })
  repaired!: boolean;
}
