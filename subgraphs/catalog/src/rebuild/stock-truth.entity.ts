import 'reflect-metadata';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';

@InputType({ description: 'An order’s units that order does not know as committed here.' })
@Directive('@inaccessible')
export class UnconfirmedLine {
  @Field(() => ID, { description: 'The order.' })
  orderId!: string;

  @Field(() => Int, { description: 'Its units of the product.' })
  quantity!: number;
}

@Directive('@inaccessible')
@ObjectType({ description: 'What a rebuild needs from catalog, of one instant. For services only.' })
export class StockTruth {
  @Field(() => Int, { description: 'Units that exist.' })
  total!: number;

  @Field(() => Int, { description: 'Of the settings, the total among them.' })
  version!: number;

  @Field(() => GraphQLSafeInt, { description: 'Milliseconds since 1970.' })
  opensAt!: number;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Milliseconds since 1970.' })
  closesAt!: number | null;

  @Field(() => Int, { description: 'Units that one buyer may hold and own.' })
  limitPerBuyer!: number;

  @Field(() => Int, { description: 'Minutes that a buyer has for paying.' })
  holdMinutes!: number;

  @Field({ description: 'Whether the sale is stopped for now.' })
  paused!: boolean;

  @Field(() => Int, { description: 'In which what an order line copies last changed.' })
  termsVersion!: number;

  @Field({ description: 'A product.changed, as JSON: what order copies into its listing.' })
  listing!: string;
}

@Directive('@inaccessible')
@ObjectType({ description: 'An order’s units of one product in the book of stock. For services only.' })
export class StockBookLine {
  @Field(() => ID, { description: 'The order.' })
  orderId!: string;

  @Field(() => ID, { description: 'Who ordered.' })
  buyerId!: string;

  @Field(() => Int, { description: 'Units.' })
  quantity!: number;

  @Field(() => GraphQLSafeInt, { description: 'Of the hold that they were sold from.' })
  epoch!: number;

  @Field(() => GraphQLSafeInt, { description: 'Of that hold.' })
  serial!: number;

  @Field(() => String, { description: 'COMMITTED: sold. RETURNED: taken back since.' })
  status!: 'COMMITTED' | 'RETURNED';
}
