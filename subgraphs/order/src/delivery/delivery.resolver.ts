import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { notFound } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import { checkText } from '@stampede/shared/input';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { orderOf } from '../order-view.js';
import { Order } from '../order.entity.js';
import { Delivery } from './delivery.entity.js';
import { openDeliveryReader, seesDelivery, type DeliveryReader } from './delivery-reader.js';
import { shipOrder } from './ship-order.js';

const LONGEST = 50;

@Resolver(() => Order)
export class DeliveryResolver {
  private readonly deliveryOf: DeliveryReader;

  constructor(private readonly database: Database) {
    this.deliveryOf = openDeliveryReader(database);
  }

  @Mutation(() => Order, {
    description:
      'Says that the goods of a CONFIRMED or PREPARING order are with a carrier. Again, while it is SHIPPED, corrects what was said. Of an order with goods of several sellers an operator says so. Role: its SELLER, or OPERATOR.',
  })
  async shipOrder(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'Which order.' }) id: string,
    @Arg('carrier', { description: `Who carries them, at most ${LONGEST} characters.` }) carrier: string,
    @Arg('trackingNumber', {
      description: `What the carrier knows them by, at most ${LONGEST} characters.`,
    })
    trackingNumber: string,
  ): Promise<Order> {
    const { userId, role } = requireUser(context);
    // Somebody who sells nothing has no order to ship, not even one that they have bought.
    if (role === 'BUYER' || !isUuid(id)) throw notFound('order');
    const parcel = {
      carrier: checkText('carrier', carrier, LONGEST),
      trackingNumber: checkText('trackingNumber', trackingNumber, LONGEST),
    };
    return orderOf(await shipOrder(this.database, id.toLowerCase(), parcel, { userId, role }));
  }

  @FieldResolver(() => Delivery, {
    nullable: true,
    description:
      'How its goods come; null until shipped. For the buyer, an OPERATOR, and the SELLER of goods in it; null to others.',
  })
  async delivery(@Ctx() { identity }: SubgraphContext, @Root() order: Order): Promise<Delivery | null> {
    const delivery = await this.deliveryOf(order.id);
    return delivery && seesDelivery(identity, order, delivery) ? delivery : null;
  }
}
