import 'reflect-metadata';
import { usually } from '@stampede/shared/graphql';
import type { Database } from '@stampede/shared/database';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { ProductReader } from '../browse/product-reader.js';
import { requireOwnProduct } from '../own-product.js';
import { readFirstSecond, readRefusals, readSoldOutAt } from './read-figures.js';
import { readSeries } from './read-series.js';
import type { SaleFunnel, SaleFunnels } from './sale-funnels.js';
import { RefusalCount, SalePoint, SaleStats } from './sale-stats.entity.js';

const SINCE_SECONDS = 600;

@Resolver(() => SaleStats)
export class SaleStatsResolver {
  constructor(
    private readonly database: Database,
    private readonly products: Pick<ProductReader, 'one'>,
    private readonly funnels: SaleFunnels,
  ) {}

  @Query(() => SaleStats, {
    description:
      'How a product’s sale goes, a second or two behind. Where its orders stand is SERVICE_UNAVAILABLE while the service of orders is away; the rest can still be asked for. Role: SELLER (own) or OPERATOR.',
  })
  async saleStats(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
  ): Promise<SaleStats> {
    const product = await requireOwnProduct(context, this.products, productId);
    return Object.assign(new SaleStats(), { product });
  }

  @FieldResolver(() => [RefusalCount], { description: 'Refused checkouts by reason, the commonest first.' })
  refused(@Root() { product }: SaleStats): Promise<RefusalCount[]> {
    return readRefusals(this.database, product.id);
  }

  @FieldResolver(() => Int, { description: 'Orders that are unpaid, within their time.' })
  async held(@Root() stats: SaleStats): Promise<number> {
    return (await this.funnelOf(stats)).held;
  }

  @FieldResolver(() => Int, { description: 'Unpaid orders of which a payment is being decided.' })
  async paying(@Root() stats: SaleStats): Promise<number> {
    return (await this.funnelOf(stats)).paying;
  }

  @FieldResolver(() => Int, { description: 'Paid orders that are not confirmed yet.' })
  async paid(@Root() stats: SaleStats): Promise<number> {
    return (await this.funnelOf(stats)).paid;
  }

  @FieldResolver(() => Int, { description: 'Confirmed orders, delivered or on their way.' })
  async confirmed(@Root() stats: SaleStats): Promise<number> {
    return (await this.funnelOf(stats)).confirmed;
  }

  @FieldResolver(() => Int, { description: 'Orders that were not paid in time.' })
  async expired(@Root() stats: SaleStats): Promise<number> {
    return (await this.funnelOf(stats)).expired;
  }

  @FieldResolver(() => Int, { description: 'Cancelled orders, those being refunded among them.' })
  async cancelled(@Root() stats: SaleStats): Promise<number> {
    return (await this.funnelOf(stats)).cancelled;
  }

  @FieldResolver(() => GraphQLDateTime, {
    nullable: true,
    description: 'The second in which the first checkout was answered, a refusal before the opening too.',
  })
  firstSecond(@Root() { product }: SaleStats): Promise<Date | null> {
    return readFirstSecond(this.database, product.id);
  }

  @FieldResolver(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the last unit was taken, the last time that it was.',
  })
  soldOutAt(@Root() { product }: SaleStats): Promise<Date | null> {
    return readSoldOutAt(this.database, product.id);
  }

  @Directive(usually(600))
  @FieldResolver(() => [SalePoint], {
    description: 'The seconds in which something happened, oldest first; the newest 3,600 at most.',
  })
  series(
    @Root() { product }: SaleStats,
    @Arg('sinceSeconds', () => Int, {
      nullable: true,
      defaultValue: SINCE_SECONDS,
      description: 'How far back, 1 to 604,800 (a week).',
    })
    sinceSeconds: number | null,
  ): Promise<SalePoint[]> {
    return readSeries(this.database, product, sinceSeconds ?? SINCE_SECONDS);
  }

  private funnelOf(stats: SaleStats): Promise<SaleFunnel> {
    stats.funnel ??= this.funnels.read(stats.product.id);
    return stats.funnel;
  }
}
