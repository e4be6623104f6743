import 'reflect-metadata';
import { PageInfo } from '@stampede/shared/graphql';
import { Field, ObjectType } from 'type-graphql';
import { JournalEntry, JournalLine } from './journal.entity.js';

@ObjectType({ description: 'A line in a list.' })
export class JournalLineEdge {
  @Field({ description: 'Where it stands in the list: for `after`.' })
  cursor!: string;

  @Field(() => JournalLine, { description: 'The line.' })
  node!: JournalLine;
}

@ObjectType({ description: 'A page of lines.' })
export class JournalLineConnection {
  @Field(() => [JournalLineEdge], { description: 'One for each line of the page.' })
  edges!: JournalLineEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'An entry in a list.' })
export class JournalEntryEdge {
  @Field({ description: 'Where it stands in the list: for `after`.' })
  cursor!: string;

  @Field(() => JournalEntry, { description: 'The entry.' })
  node!: JournalEntry;
}

@ObjectType({ description: 'A page of entries.' })
export class JournalEntryConnection {
  @Field(() => [JournalEntryEdge], { description: 'One for each entry of the page.' })
  edges!: JournalEntryEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}
