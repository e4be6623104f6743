import 'reflect-metadata';
import { Money, won } from '@stampede/shared/graphql';
import { FieldResolver, Resolver, Root } from 'type-graphql';
import { Order } from '../order.entity.js';
import type { QuoteReader } from './read-quotes.js';

@Resolver(() => Order)
export class QuoteResolver {
  constructor(private readonly quotes: QuoteReader) {}

  @FieldResolver(() => Money, {
    description:
      'What cancelling at this instant would give back: by the refund policy of each line, and everything before the order is confirmed. Nothing of one that is unpaid, has shipped or has ended.',
  })
  async refundQuote(@Root() { id }: Order): Promise<Money> {
    return won(await this.quotes.quote(id));
  }
}
