import 'reflect-metadata';
import type { SaleSettings } from '@stampede/shared/inventory';
import { FieldResolver, Resolver, Root } from 'type-graphql';
import { Product, Seller } from '../product.entity.js';
import { phaseOf } from './phase.js';
import { Sale, Stock } from './sale-and-stock.entity.js';
import type { StockReader } from './stock-reader.js';
import type { TimedReading } from './timed-reading.js';

@Resolver(() => Product)
export class StockResolver {
  constructor(private readonly reader: StockReader) {}

  @FieldResolver(() => Sale, { description: 'When and how it is sold.' })
  async sale(@Root() product: Product): Promise<Sale> {
    const { settings, available, clock } = await this.readingOf(product);
    return {
      phase: phaseOf(settings, available, clock),
      opensAt: new Date(settings.opensAt),
      closesAt: settings.closesAt === null ? null : new Date(settings.closesAt),
      limitPerBuyer: settings.limitPerBuyer,
      holdMinutes: settings.holdMinutes,
      timeZone: product.timeZone,
    };
  }

  @FieldResolver(() => Stock, { description: 'Units by where they are.' })
  async stock(@Root() product: Product): Promise<Stock> {
    const { total, available, held, sold, asOf } = await this.readingOf(product);
    return { total, available, held, sold, asOf: new Date(asOf) };
  }

  @FieldResolver(() => Seller, { nullable: true, description: 'Who sells it.' })
  seller(@Root() { sellerId }: Product): Seller {
    return { id: sellerId };
  }

  private async readingOf({ id, settings, reading }: Product): Promise<TimedReading> {
    return underSettings(settings, reading ?? (await this.reader.read(id)));
  }
}

/**
 * A reading, under the settings of the product's row where they are newer. Redis goes by these once the rebuild that
 * is under way is published; who has just changed them is told so now.
 */
function underSettings(settings: SaleSettings, reading: TimedReading): TimedReading {
  if (settings.version <= reading.settings.version) return reading;
  // What was taken back is known exactly by the rebuild only: until then the numbers stay together as they are.
  const gained = Math.max(0, settings.total - reading.total);
  return {
    ...reading,
    settings,
    total: reading.total + gained,
    available: reading.available + gained,
  };
}
