import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { readSaleFunnel } from './read-sale-funnel.js';
import { SaleFunnel } from './sale-funnel.entity.js';

@Resolver()
export class SaleFunnelResolver {
  constructor(private readonly database: Database) {}

  @Directive('@inaccessible')
  @Query(() => SaleFunnel, { description: 'Where the orders of a product stand now. For catalog.' })
  saleFunnel(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
  ): Promise<SaleFunnel> {
    requireService(context, 'catalog');
    return readSaleFunnel(this.database, productId);
  }
}
