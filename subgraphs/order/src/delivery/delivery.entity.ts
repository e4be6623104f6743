import 'reflect-metadata';
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'How an order’s goods come to their buyer.' })
export class Delivery {
  @Field({ description: 'Who carries them.' })
  carrier!: string;

  @Field({ description: 'What the carrier knows them by.' })
  trackingNumber!: string;

  @Field(() => GraphQLDateTime, { description: 'When they were given to the carrier.' })
  shippedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When they arrived.' })
  deliveredAt!: Date | null;
}
