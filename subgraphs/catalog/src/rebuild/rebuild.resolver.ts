import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from 'type-graphql';
import { StockTruth } from './stock-truth.entity.js';
import { tellStockTruth } from './tell-stock-truth.js';

@Resolver()
export class RebuildResolver {
  constructor(private readonly database: Database) {}

  @Directive('@inaccessible')
  @Query(() => Boolean, { description: 'Whether there is such a product. For order.' })
  async productExists(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID) productId: string,
  ): Promise<boolean> {
    requireService(context, 'order');
    return (await this.database.query('SELECT 1 FROM product WHERE id = $1', [productId])).length > 0;
  }

  @Directive('@inaccessible')
  @Mutation(() => StockTruth, { nullable: true, description: 'Step 3 of a rebuild. For order.' })
  stockTruth(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID) productId: string,
    @Arg('epoch', () => GraphQLSafeInt) epoch: number,
  ): Promise<StockTruth | null> {
    requireService(context, 'order');
    return tellStockTruth(this.database, productId, epoch);
  }
}
