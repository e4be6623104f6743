import 'reflect-metadata';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { ProductReader } from '../browse/product-reader.js';
import { changeSettingsAtOnce, type SettingsParts } from '../change-settings.js';
import { requireOwnProduct } from '../own-product.js';
import { Product } from '../product.entity.js';

@Resolver()
export class PauseSaleResolver {
  constructor(
    private readonly products: Pick<ProductReader, 'one'>,
    private readonly parts: SettingsParts,
  ) {}

  @Mutation(() => Product, {
    description:
      'Stops a sale for now: nobody new can order, and who holds units may still pay. Pausing a paused sale changes nothing. A closed one stays CLOSED, and is paused should it be opened again. Role: SELLER (own) or OPERATOR.',
  })
  pauseSale(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product whose sale is paused.' }) productId: string,
  ): Promise<Product> {
    return this.setPaused(context, productId, true);
  }

  @Mutation(() => Product, {
    description:
      'Lets a paused sale go on. Resuming one that is not paused changes nothing. Role: SELLER (own) or OPERATOR.',
  })
  resumeSale(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product whose sale goes on.' }) productId: string,
  ): Promise<Product> {
    return this.setPaused(context, productId, false);
  }

  private async setPaused(context: SubgraphContext, productId: string, paused: boolean): Promise<Product> {
    const { id } = await requireOwnProduct(context, this.products, productId);
    return changeSettingsAtOnce(this.parts, { step: 'pause-sale', productId: id }, ({ settings }) =>
      settings.paused === paused ? undefined : { paused },
    );
  }
}
