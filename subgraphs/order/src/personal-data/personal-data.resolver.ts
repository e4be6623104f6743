import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { readPersonalCart } from './read-personal-cart.js';
import { readPersonalData } from './read-personal-data.js';

@Resolver()
export class PersonalDataResolver {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
  ) {}

  @Directive('@inaccessible')
  @Query(() => String, {
    description: 'JSON of a page of the orders that are kept of a person: `items`, and `next`. For user.',
  })
  async personalDataOfOrders(
    @Ctx() context: SubgraphContext,
    @Arg('userId', () => ID, { description: 'The person’s account.' }) userId: string,
    @Arg('after', () => String, {
      nullable: true,
      description: 'The last page’s `next`; null: from the newest on.',
    })
    after: string | null,
  ): Promise<string> {
    requireService(context, 'user');
    return JSON.stringify(await readPersonalData(this.database, this.sealer, userId, after ?? null));
  }

  @Directive('@inaccessible')
  @Query(() => String, {
    description: 'JSON of a page of what is in a person’s cart: `items`, and `next`. For user.',
  })
  async personalDataOfCart(
    @Ctx() context: SubgraphContext,
    @Arg('userId', () => ID, { description: 'The person’s account.' }) userId: string,
    @Arg('after', () => String, {
      nullable: true,
      description: 'The last page’s `next`; null: from the newest on.',
    })
    after: string | null,
  ): Promise<string> {
    requireService(context, 'user');
    return JSON.stringify(await readPersonalCart(this.database, userId, after ?? null));
  }
}
