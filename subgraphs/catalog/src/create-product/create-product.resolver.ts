import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Product } from '../product.entity.js';
import { checkProductInput } from './check-product-input.js';
import { createProduct } from './create-product.js';
import { ProductInput } from './product-input.js';

@Resolver()
export class CreateProductResolver {
  constructor(private readonly database: Database) {}

  @Mutation(() => Product, {
    description: 'Puts a product on sale, of which there are `stock` units. Role: SELLER.',
  })
  createProduct(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => ProductInput, { description: 'What is sold, and how.' }) input: ProductInput,
  ): Promise<Product> {
    const { userId } = requireRole(context, 'SELLER');
    checkProductInput(input);
    return createProduct(this.database, userId, input);
  }
}
