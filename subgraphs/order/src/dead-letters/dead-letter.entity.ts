import 'reflect-metadata';
import { PageInfo } from '@stampede/shared/graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A message that a service gave up after its attempts, or could not read.' })
export class DeadLetter {
  @Field(() => ID, { description: 'Of this death: a message that dies again is another dead letter.' })
  id!: string;

  @Field({ description: 'Who gave it up; empty when nothing says so.' })
  service!: string;

  @Field({ description: 'In which queue it died, and to which a replay goes.' })
  queue!: string;

  @Field({ description: 'The event that it tells of.' })
  routingKey!: string;

  @Field(() => ID, {
    description:
      'Each message has its effect once, by this id. One that had none was given one: its replay has it.',
  })
  messageId!: string;

  @Field({ description: 'Why it was given up.' })
  reason!: string;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempts!: number;

  @Field(() => GraphQLDateTime, { description: 'When it was given up.' })
  diedAt!: Date;

  @Field({ description: 'Its content as text; of a long one the first 10,000 characters.' })
  body!: string;
}

@ObjectType({ description: 'A dead letter in a list.' })
export class DeadLetterEdge {
  @Field({ description: 'Where it stands in the list: for `after`.' })
  cursor!: string;

  @Field(() => DeadLetter, { description: 'The dead letter.' })
  node!: DeadLetter;
}

@ObjectType({ description: 'A page of dead letters.' })
export class DeadLetterConnection {
  @Field(() => [DeadLetterEdge], { description: 'One for each dead letter of the page.' })
  edges!: DeadLetterEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}
