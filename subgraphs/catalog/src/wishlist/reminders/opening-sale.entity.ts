import 'reflect-metadata';
import { GraphQLDateTime } from 'graphql-scalars';
import { Directive, Field, ObjectType } from 'type-graphql';

@Directive('@inaccessible')
@ObjectType({ description: 'A sale that is about to open, as its wishers are told of it.' })
export class OpeningSale {
  @Field({ description: 'What the product is called.' })
  name!: string;

  @Field(() => GraphQLDateTime, { description: 'When its sale opens.' })
  opensAt!: Date;
}
