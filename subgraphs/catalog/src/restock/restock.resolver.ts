import 'reflect-metadata';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import type { ProductReader } from '../browse/product-reader.js';
import { requireOwnProduct } from '../own-product.js';
import { Product } from '../product.entity.js';
import { addUnits } from './add-units.js';
import { checkRestock } from './restock-wish.js';
import { takeBackUnits, type TakeBackParts } from './take-back-units.js';

@Resolver()
export class RestockResolver {
  constructor(
    private readonly products: Pick<ProductReader, 'one'>,
    private readonly parts: TakeBackParts,
  ) {}

  @Mutation(() => Product, {
    description:
      'Adds units to a product, or with a negative quantity takes unsold ones back, never one that is held or sold: BAD_USER_INPUT says how many could be taken back. The same key gives what was decided for it, with another quantity IDEMPOTENCY_CONFLICT. After SERVICE_UNAVAILABLE, or no answer at all, repeat it with the same key: what was not taken back by then is decided within a minute or not at all. Role: SELLER (own) or OPERATOR.',
  })
  async restock(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product whose units they are.' }) productId: string,
    @Arg('quantity', () => Int, {
      description: 'Not 0; negative takes back. A product has 0 to 1,000,000 units.',
    })
    quantity: number,
    @Arg('idempotencyKey', () => String, {
      description: '8 to 64 of A-Z a-z 0-9 . _ -; of this product: other products’ keys are others.',
    })
    idempotencyKey: string,
  ): Promise<Product> {
    requireRole(context, 'SELLER', 'OPERATOR');
    checkRestock(quantity, idempotencyKey);
    const product = await requireOwnProduct(context, this.products, productId);
    const wish = { productId: product.id, key: idempotencyKey, quantity };
    return quantity > 0 ? addUnits(this.parts, wish) : takeBackUnits(this.parts, wish);
  }
}
