import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { readPersonalData } from './read-personal-data.js';

@Resolver()
export class PersonalDataResolver {
  constructor(private readonly database: Database) {}

  @Directive('@inaccessible')
  @Query(() => String, {
    description: 'JSON of a page of what is kept of a person’s wishes: `items`, and `next`. For user.',
  })
  async personalDataOfWishes(
    @Ctx() context: SubgraphContext,
    @Arg('userId', () => ID, { description: 'The person’s account.' }) userId: string,
    @Arg('after', () => String, {
      nullable: true,
      description: 'The last page’s `next`; null: from the newest on.',
    })
    after: string | null,
  ): Promise<string> {
    requireService(context, 'user');
    return JSON.stringify(await readPersonalData(this.database, userId, after ?? null));
  }
}
