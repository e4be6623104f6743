import 'reflect-metadata';
import { FieldResolver, Resolver, Root } from 'type-graphql';
import { Product, Seller } from '../product.entity.js';
import { phaseOf } from './phase.js';
import { Sale, Stock } from './sale-and-stock.entity.js';
import type { StockReader, TimedReading } from './stock-reader.js';

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

  private readingOf({ id, reading }: Product): TimedReading | Promise<TimedReading> {
    return reading ?? this.reader.read(id);
  }
}
