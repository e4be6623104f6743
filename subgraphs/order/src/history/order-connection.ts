import 'reflect-metadata';
import { cost, PageInfo } from '@stampede/shared/graphql';
import {
  Directive,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';
import { Order } from '../order.entity.js';

export enum OrderScope {
  BOUGHT = 'BOUGHT',
  SOLD = 'SOLD',
  ALL = 'ALL',
}
registerEnumType(OrderScope, {
  name: 'OrderScope',
  description: 'Whose orders.',
  valuesConfig: {
    BOUGHT: { description: 'One’s own.' },
    SOLD: { description: 'Orders of one’s products. Role: SELLER.' },
    ALL: { description: 'Everybody’s. Role: OPERATOR.' },
  },
});

@ObjectType()
export class OrderEdge {
  @Field({ description: 'Where this order stands in the list: for `after`.' })
  cursor!: string;

  @Field(() => Order, { description: 'The order.' })
  node!: Order;
}

@ObjectType()
export class OrderConnection {
  @Field(() => [OrderEdge], { description: 'One for each order of the page.' })
  edges!: OrderEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  totalCount!: () => Promise<number>;
}

@Resolver(() => OrderConnection)
export class OrderConnectionResolver {
  @Directive(cost(10))
  @FieldResolver(() => Int, { description: 'Orders in the whole list.' })
  totalCount(@Root() { totalCount }: OrderConnection): Promise<number> {
    return totalCount();
  }
}
