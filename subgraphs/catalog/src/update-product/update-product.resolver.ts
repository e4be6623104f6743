import 'reflect-metadata';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { ProductReader } from '../browse/product-reader.js';
import { requireOwnProduct } from '../own-product.js';
import { Product } from '../product.entity.js';
import { checkPatch } from './check-patch.js';
import { ProductPatch } from './product-patch.js';
import { updateProduct, type UpdateParts } from './update-product.js';

@Resolver()
export class UpdateProductResolver {
  constructor(
    private readonly products: Pick<ProductReader, 'one'>,
    private readonly parts: UpdateParts,
  ) {}

  @Mutation(() => Product, {
    description:
      'Changes a product at once; who holds units keeps the price and the terms of then. A patch that changes nothing is no change. Units: see restock. Role: SELLER (own) or OPERATOR.',
  })
  async updateProduct(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'The product’s id.' }) id: string,
    @Arg('patch', () => ProductPatch, { description: 'What is to change.' }) patch: ProductPatch,
  ): Promise<Product> {
    requireRole(context, 'SELLER', 'OPERATOR');
    const told = checkPatch(patch);
    const product = await requireOwnProduct(context, this.products, id);
    return updateProduct(this.parts, product.id, told);
  }
}
