import 'reflect-metadata';
import { cost, SalePhase } from '@stampede/shared/graphql';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ID, InputType } from 'type-graphql';

type Given<T> = T | null | undefined;

@InputType({
  description: 'What products of a list have in common. A part that is left out, or null, leaves all.',
})
export class ProductFilter {
  @Directive(cost(20))
  @Field(() => String, {
    nullable: true,
    description:
      'Words that are in the name, the brands or the beginning of the description, in any order; of three letters or more also as parts of words (a syllable of Hangul is two or three). At most 100 characters and 8 words. Blank: all.',
  })
  search?: Given<string>;

  @Field(() => ID, { nullable: true, description: 'Those of one category.' })
  categoryId?: Given<string>;

  @Field(() => String, {
    nullable: true,
    description:
      'Those of one brand, as a whole, whatever its case and signs. At most 100 characters. Blank: all.',
  })
  brand?: Given<string>;

  @Field(() => SalePhase, { nullable: true, description: 'Those in this phase, as of the last second.' })
  phase?: Given<SalePhase>;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Won for one unit, at least; not negative.' })
  minPrice?: Given<number>;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Won for one unit, at most; not below minPrice.',
  })
  maxPrice?: Given<number>;

  @Field(() => ID, { nullable: true, description: 'Those of one seller.' })
  sellerId?: Given<string>;
}
