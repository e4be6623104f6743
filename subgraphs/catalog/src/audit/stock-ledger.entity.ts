import 'reflect-metadata';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

@Directive('@inaccessible')
@ObjectType({ description: 'What an audit needs beside the book of stock. For services only.' })
export class StockLedger {
  @Field(() => Int, { description: 'Units that exist.' })
  total!: number;

  @Field(() => Int, { description: 'Of the settings, the total among them.' })
  version!: number;

  @Field(() => [ID], { description: 'Orders of which Redis has not heard all yet.' })
  pending!: string[];
}
