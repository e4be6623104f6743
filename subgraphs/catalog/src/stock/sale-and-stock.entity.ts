import 'reflect-metadata';
import { SalePhase } from '@stampede/shared/graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'When and how a product is sold.' })
export class Sale {
  @Field(() => SalePhase, { description: 'Where the sale stands now, by the clock that opens it.' })
  phase!: SalePhase;

  @Field(() => GraphQLDateTime, { description: 'The second at which it opens.' })
  opensAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it closes; null: it does not.' })
  closesAt!: Date | null;

  @Field(() => Int, { description: 'Units that one buyer may hold and own.' })
  limitPerBuyer!: number;

  @Field(() => Int, { description: 'Minutes that a buyer has for paying.' })
  holdMinutes!: number;

  @Field({ description: 'In which days before the day of use are counted: an IANA name.' })
  timeZone!: string;
}

@ObjectType({ description: 'total = available + held + sold, always.' })
export class Stock {
  @Field(() => Int, { description: 'Units that exist.' })
  total!: number;

  @Field(() => Int, {
    description:
      'Units that whoever comes next can have; below zero (show none) while more is held than exists, after Redis forgot.',
  })
  available!: number;

  @Field(() => Int, { description: 'Units held for buyers who have not paid yet.' })
  held!: number;

  @Field(() => Int, { description: 'Units sold.' })
  sold!: number;

  @Field(() => GraphQLDateTime, { description: 'The instant of these numbers.' })
  asOf!: Date;
}
