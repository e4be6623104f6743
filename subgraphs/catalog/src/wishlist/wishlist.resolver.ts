import 'reflect-metadata';
import { PAGED } from '@stampede/shared/graphql';
import type { Database } from '@stampede/shared/database';
import { notFound } from '@stampede/shared/errors';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ProductConnection } from '../browse/product-connection.js';
import type { ProductReader } from '../browse/product-reader.js';
import { Product } from '../product.entity.js';
import { listWishes } from './list-wishes.js';
import { takeWishBack, wishFor } from './wish.js';
import { openWishReader, type IsWished } from './wish-reader.js';

@Resolver(() => Product)
export class WishlistResolver {
  private readonly isWished: IsWished;

  constructor(
    private readonly database: Database,
    private readonly products: Pick<ProductReader, 'one'>,
  ) {
    this.isWished = openWishReader(database);
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether it is on the caller’s wishlist; false for whoever is not signed in.',
  })
  wished(@Root() { id }: Product, @Ctx() { identity }: SubgraphContext): boolean | Promise<boolean> {
    return identity.kind === 'user' && this.isWished({ userId: identity.userId, productId: id });
  }

  @Directive(PAGED)
  @Query(() => ProductConnection, {
    description: 'What the caller wishes for, the newest wish first. Role: any signed in.',
  })
  wishlist(
    @Ctx() context: SubgraphContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which to go on.' })
    after: string | null,
  ): Promise<ProductConnection> {
    return listWishes(this.database, requireUser(context).userId, first ?? 20, after ?? null);
  }

  @Mutation(() => Product, {
    description:
      'Puts a product on the caller’s wishlist, 1,000 at most; ten minutes before its sale opens they get a mail. One that is there keeps its place. Role: any signed in.',
  })
  async wish(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product that is wished for.' }) productId: string,
  ): Promise<Product> {
    const { userId } = requireUser(context);
    const product = await this.find(productId);
    await wishFor(this.database, { userId, productId: product.id });
    return product;
  }

  @Mutation(() => Product, {
    description:
      'Takes a product off the caller’s wishlist. One that is not there changes nothing. Role: any signed in.',
  })
  async unwish(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product that is wished for no more.' }) productId: string,
  ): Promise<Product> {
    const { userId } = requireUser(context);
    const product = await this.find(productId);
    await takeWishBack(this.database, { userId, productId: product.id });
    return product;
  }

  private async find(productId: string): Promise<Product> {
    const product = await this.products.one(productId);
    if (!product) throw notFound('product');
    return product;
  }
}
