import 'reflect-metadata';
import { PageInfo } from '@stampede/shared/graphql';
import { Field, Int, ObjectType } from 'type-graphql';
import { User } from '../profile/user.type.js';

@ObjectType({ description: 'A person in a list.' })
export class UserEdge {
  @Field({ description: 'Where this person stands in the list: for `after`.' })
  cursor!: string;

  @Field(() => User, { description: 'The person.' })
  node!: User;
}

@ObjectType({ description: 'A page of a list of people.' })
export class UserConnection {
  @Field(() => [UserEdge], { description: 'One for each person of the page.' })
  edges!: UserEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'People in the whole list.' })
  totalCount!: number;
}
