import 'reflect-metadata';
import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ description: 'What products are sorted under.' })
export class Category {
  @Field(() => ID, { description: 'Names the category for good.' })
  id!: string;

  @Field({ description: 'Plain text.' })
  name!: string;
}
