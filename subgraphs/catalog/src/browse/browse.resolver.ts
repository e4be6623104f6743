import 'reflect-metadata';
import { PAGED } from '@stampede/shared/graphql';
import type { Inventory } from '@stampede/shared/inventory';
import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Directive, ID, Int, Query, Resolver } from 'type-graphql';
import { Product } from '../product.entity.js';
import { ProductConnection } from './product-connection.js';
import { ProductFilter } from './product-filter.js';
import type { ProductReader } from './product-reader.js';
import { ProductSort } from './product-sort.js';

@Resolver()
export class BrowseResolver {
  constructor(
    private readonly products_: ProductReader,
    private readonly inventory: Pick<Inventory, 'now'>,
  ) {}

  @Query(() => Product, { nullable: true, description: 'One product; null when there is none of this id.' })
  product(@Arg('id', () => ID, { description: 'The product’s id.' }) id: string): Promise<Product | null> {
    return this.products_.one(id);
  }

  @Directive(PAGED)
  @Query(() => ProductConnection, { description: 'Products, those that a filter leaves, in some order.' })
  products(
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most 100.' })
    first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'The cursor after which to go on: of this list in the same order.',
    })
    after: string | null,
    @Arg('filter', () => ProductFilter, { nullable: true, description: 'Left out: all products.' })
    filter: ProductFilter | null,
    @Arg('sort', () => ProductSort, {
      nullable: true,
      defaultValue: ProductSort.OPENING_SOON,
      description: 'Which come first.',
    })
    sort: ProductSort | null,
  ): Promise<ProductConnection> {
    return this.products_.page({
      first: first ?? 20,
      after: after ?? null,
      filter: filter ?? {},
      sort: sort ?? ProductSort.OPENING_SOON,
    });
  }

  @Query(() => GraphQLDateTime, { description: 'The clock that opens sales.' })
  async serverTime(): Promise<Date> {
    return new Date(await this.inventory.now());
  }
}
