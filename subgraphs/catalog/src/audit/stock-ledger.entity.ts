import 'reflect-metadata';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

@Directive('@inaccessible')
@ObjectType({ description: 'What an audit needs beside the book of stock. For services only.' })
export class StockLedger {
  @Field(() => Int, { description: 'Units that exist.' })
  total!: number;

  @Field(() => Int, { description: 'Of the settings, the total among them.' })
  version!: number;

  @Field(() => GraphQLSafeInt, {
    description: 'That catalog has stored: of the newest rebuild that it knows.',
  })
  epoch!: number;

  @Field({ description: 'Whether settings are among what Redis has not heard yet.' })
  settingsPending!: boolean;

  @Field(() => [ID], { description: 'Orders of which Redis has not heard all yet.' })
  pending!: string[];
}
