import 'reflect-metadata';
import type { Inventory } from '@stampede/shared/inventory';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { ProductReader } from '../browse/product-reader.js';
import { changeSettingsAtOnce, type SettingsParts } from '../change-settings.js';
import { requireOwnProduct } from '../own-product.js';
import { Product } from '../product.entity.js';
import { readSaleClock } from '../sale-clock.js';

@Resolver()
export class CloseSaleResolver {
  constructor(
    private readonly products: Pick<ProductReader, 'one'>,
    private readonly parts: SettingsParts & { inventory: Pick<Inventory, 'now'> },
  ) {}

  @Mutation(() => Product, {
    description:
      'Ends a sale now: nobody new can order, and who holds units may still pay. A sale that has not opened yet never does. Closing a closed sale changes nothing; updateProduct with another closesAt opens it again. Role: SELLER (own) or OPERATOR.',
  })
  async closeSale(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product whose sale ends.' }) productId: string,
  ): Promise<Product> {
    const { id } = await requireOwnProduct(context, this.products, productId);
    const clock = await readSaleClock(this.parts.inventory);
    return changeSettingsAtOnce(
      this.parts,
      { step: 'close-sale', productId: id },
      async ({ settings: { closesAt } }, tx) => {
        // By the later bound: another call's closing has come, though our own clock may not know that yet.
        if (closesAt !== null && closesAt <= (await clock.atMost(tx))) return undefined;
        // By the earlier one, an instant that has come: who is told that the sale is closed finds it closed.
        return { closes_at: new Date(await clock.atLeast(tx)) };
      },
    );
  }
}
