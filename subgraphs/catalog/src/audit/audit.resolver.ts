import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { StockLedger } from './stock-ledger.entity.js';

@Resolver()
export class AuditResolver {
  constructor(private readonly database: Database) {}

  @Directive('@inaccessible')
  @Query(() => StockLedger, {
    nullable: true,
    description: 'A product’s total, and what is on its way to Redis; null: no such product. For order.',
  })
  async stockLedger(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
  ): Promise<StockLedger | null> {
    requireService(context, 'order');
    const [ledger] = await this.database.query<StockLedger>(
      `SELECT total, version, epoch,
         EXISTS (SELECT FROM stock_effect
           WHERE stock_effect.product_id = product.id AND kind = 'settings') AS "settingsPending",
         ARRAY(SELECT DISTINCT order_id::text FROM stock_effect
         WHERE stock_effect.product_id = product.id AND order_id IS NOT NULL) AS pending
       FROM product WHERE id = $1`,
      [productId],
    );
    return ledger ?? null;
  }
}
