import 'reflect-metadata';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'What everyone may know of who sells.' })
export class Seller {
  @Field(() => ID, { description: 'The account that sells.' })
  id!: string;
}

@ObjectType({ description: 'What the platform owes a seller for confirmed orders, its fee taken off.' })
export class Wallet {
  @Field(() => Seller, { description: 'Whose.' })
  seller!: Seller;
}
