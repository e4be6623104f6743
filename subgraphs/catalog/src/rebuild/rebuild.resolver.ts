import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Ctx, Directive, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { ProductReader } from '../browse/product-reader.js';
import { productChangedBy } from '../product-row.js';
import { readStockBook } from './read-stock-book.js';
import { StockBookLine, StockTruth, UnconfirmedLine } from './stock-truth.entity.js';
import { tellStockTruth } from './tell-stock-truth.js';

@Resolver()
export class RebuildResolver {
  constructor(
    private readonly database: Database,
    private readonly products: Pick<ProductReader, 'one'>,
  ) {}

  @Directive('@inaccessible')
  @Query(() => Boolean, { description: 'Whether there is such a product. For order.' })
  async productExists(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
  ): Promise<boolean> {
    requireService(context, 'order');
    return (await this.database.query('SELECT 1 FROM product WHERE id = $1', [productId])).length > 0;
  }

  @Directive('@inaccessible')
  @Query(() => String, {
    nullable: true,
    description:
      'A product.changed of now, as JSON: what order copies into its listing. Null: no such product. For order.',
  })
  async productListing(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
  ): Promise<string | null> {
    requireService(context, 'order');
    const product = await this.products.one(productId);
    return product && JSON.stringify(productChangedBy(product));
  }

  @Directive('@inaccessible')
  @Mutation(() => StockTruth, {
    nullable: true,
    description:
      'Step 3 of a rebuild; null when a newer one was here, or there is no such product. For order.',
  })
  stockTruth(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
    @Arg('epoch', () => GraphQLSafeInt, { description: 'That the rebuild has raised.' }) epoch: number,
    @Arg('unconfirmed', () => [UnconfirmedLine], {
      description: 'Standing orders’ units that order does not know as committed here.',
    })
    unconfirmed: UnconfirmedLine[],
  ): Promise<StockTruth | null> {
    requireService(context, 'order');
    return tellStockTruth(this.database, productId, epoch, unconfirmed);
  }

  @Directive('@inaccessible')
  @Query(() => [StockBookLine], {
    description: 'A page of a product’s book of stock, by order id; a short one is the last. For order.',
  })
  stockBook(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
    @Arg('after', () => ID, {
      nullable: true,
      description: 'The last page’s last order; null: from the start.',
    })
    after: string | null,
    @Arg('first', () => Int, { description: 'Lines at most: 1 to 5,000.' }) first: number,
  ): Promise<StockBookLine[]> {
    requireService(context, 'order');
    return readStockBook(this.database, productId, { first, after });
  }
}
