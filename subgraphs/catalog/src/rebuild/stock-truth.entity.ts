import 'reflect-metadata';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

@Directive('@inaccessible')
@ObjectType({ description: 'An order whose units are sold in the book of stock.' })
export class CommittedOrder {
  @Field(() => ID)
  orderId!: string;

  @Field(() => ID)
  buyerId!: string;

  @Field(() => Int)
  quantity!: number;

  @Field(() => GraphQLSafeInt)
  epoch!: number;

  @Field(() => GraphQLSafeInt)
  serial!: number;
}

@Directive('@inaccessible')
@ObjectType({ description: 'What a rebuild needs from catalog, of one instant. For services only.' })
export class StockTruth {
  @Field(() => Int)
  total!: number;

  @Field(() => Int)
  version!: number;

  @Field(() => GraphQLSafeInt, { description: 'Milliseconds since 1970.' })
  opensAt!: number;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Milliseconds since 1970.' })
  closesAt!: number | null;

  @Field(() => Int)
  limitPerBuyer!: number;

  @Field(() => Int)
  holdMinutes!: number;

  @Field()
  paused!: boolean;

  @Field({ description: 'A product.changed, as JSON: what order copies into its listing.' })
  listing!: string;

  @Field(() => [CommittedOrder])
  committed!: CommittedOrder[];

  @Field(() => [ID], { description: 'Orders whose units were sold and are unsold again.' })
  returned!: string[];
}
