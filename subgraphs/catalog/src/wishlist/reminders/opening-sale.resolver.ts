import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { isUuid } from '@stampede/shared/graphql';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { OpeningSale } from './opening-sale.entity.js';

const FIND = `SELECT name, opens_at AS "opensAt" FROM product
  WHERE id = $1 AND opens_at > now() AND NOT paused AND (closes_at IS NULL OR closes_at > opens_at)`;

@Resolver()
export class OpeningSaleResolver {
  constructor(private readonly database: Database) {}

  @Directive('@inaccessible')
  @Query(() => OpeningSale, {
    nullable: true,
    description: 'A sale that is still to open; null when it has, or will not as things are. For user.',
  })
  async openingSale(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
  ): Promise<OpeningSale | null> {
    requireService(context, 'user');
    if (!isUuid(productId)) return null;
    const [sale] = await this.database.query<OpeningSale>(FIND, [productId]);
    return sale ?? null;
  }
}
