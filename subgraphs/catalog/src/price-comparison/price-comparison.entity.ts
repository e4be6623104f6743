import 'reflect-metadata';
import { Money } from '@stampede/shared/graphql';
import { GraphQLDateTime, GraphQLURL } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'What somebody else asks for a product of this name.' })
export class PriceOffer {
  @Field({ description: 'As the shop calls it; plain text.' })
  title!: string;

  @Field({
    description: 'Who sells it: a shop’s name; of our own catalogue, the brands of the product. Plain text.',
  })
  shop!: string;

  @Field(() => Money, { description: 'For one unit.' })
  price!: Money;

  @Field(() => GraphQLURL, { description: 'Where it is sold: http or https.' })
  url!: string;
}

@ObjectType({ description: 'What other shops and other sellers ask for products of this name.' })
export class PriceComparison {
  @Field(() => [PriceOffer], { description: 'The cheapest first.' })
  offers!: PriceOffer[];

  @Field(() => Money, { nullable: true, description: 'The lowest price of all offers; null: there is none.' })
  lowest!: Money | null;

  @Field({
    description:
      'Whether a source of prices is failing, too slow or asked too much: what it told before is given, or nothing of it.',
  })
  degraded!: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The instant of the oldest part of the answer; null: nothing could be asked.',
  })
  asOf!: Date | null;
}
