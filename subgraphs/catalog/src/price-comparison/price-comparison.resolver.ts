import 'reflect-metadata';
import { asLongAsFirst, cost } from '@stampede/shared/graphql';
import { badInput } from '@stampede/shared/errors';
import { Arg, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Product } from '../product.entity.js';
import type { ComparePrices } from './compare-prices.js';
import { PriceComparison } from './price-comparison.entity.js';
import { MOST_OFFERS } from './price-source.js';

@Resolver(() => Product)
export class PriceComparisonResolver {
  constructor(private readonly compare: ComparePrices) {}

  @Directive(cost(10))
  @Directive(asLongAsFirst('offers'))
  @FieldResolver(() => PriceComparison, {
    description: 'What others ask for a product of this name. It delays no product by more than 800 ms.',
  })
  priceComparison(
    @Root() product: Product,
    @Arg('first', () => Int, { nullable: true, defaultValue: 5, description: 'Offers at most, 1 to 20.' })
    first: number | null,
  ): Promise<PriceComparison> {
    const most = first ?? 5;
    if (most < 1 || most > MOST_OFFERS) throw badInput({ path: 'first', message: `is 1 to ${MOST_OFFERS}.` });
    return this.compare(product, most);
  }
}
