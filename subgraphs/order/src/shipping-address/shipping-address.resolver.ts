import 'reflect-metadata';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Order } from '../order.entity.js';
import type { AddressReader } from './address-reader.js';
import { ShippingAddress } from './shipping-address.js';

@Resolver(() => Order)
export class ShippingAddressResolver {
  constructor(private readonly addresses: AddressReader) {}

  @FieldResolver(() => ShippingAddress, {
    nullable: true,
    description:
      'Where the parcel goes, if it was said. For the buyer, an OPERATOR, and from CONFIRMED to DELIVERED the SELLER of goods in it; null to others, and erased with the buyer’s account.',
  })
  shippingAddress(
    @Ctx() { identity }: SubgraphContext,
    @Root() order: Order,
  ): Promise<ShippingAddress | null> {
    return this.addresses.shownTo(identity, order);
  }
}
