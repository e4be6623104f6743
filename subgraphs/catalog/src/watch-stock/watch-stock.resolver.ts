import 'reflect-metadata';
import { streamOfParts } from '@stampede/shared/graphql';
import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { Product } from '../product.entity.js';

@Resolver()
export class WatchStockResolver {
  @Subscription(() => Product, {
    subscribe: streamOfParts,
    description:
      'The product at once, then again whenever its stock or sale phase changes; bursts are merged to at most ten a second. Public, cheap fields only.',
  })
  stockChanged(
    @Root() product: Product,
    @Arg('productIds', () => [ID], { description: '1 to 100 products.' }) _productIds: string[],
  ): Product {
    return product;
  }
}
