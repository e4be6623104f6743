import 'reflect-metadata';
import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { OrderStatus } from '../order-status.js';

@Directive('@inaccessible')
@ObjectType({
  description: 'A product of an order, as a letter about the order names it. For services only.',
})
export class LetterLine {
  @Field({ description: 'Its name when the order was placed.' })
  name!: string;

  @Field(() => Int, { description: 'Units.' })
  quantity!: number;

  @Field(() => GraphQLSafeInt, { description: 'Won, for all of its units.' })
  subtotal!: number;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Of a ticket, the day of admission.' })
  usedOn!: string | null;

  @Field({ description: 'In which that is a day: an IANA name.' })
  timeZone!: string;
}

@Directive('@inaccessible')
@ObjectType({ description: 'Money that goes back, or is back, to who paid for an order. For services only.' })
export class LetterRefund {
  @Field({ description: 'Names it.' })
  key!: string;

  @Field(() => GraphQLSafeInt, { description: 'Won.' })
  amount!: number;

  @Field({ description: 'Whether the payment that paid the order goes back; otherwise one beside it.' })
  ofOrder!: boolean;

  @Field({ description: 'Whether it is back.' })
  done!: boolean;
}

@Directive('@inaccessible')
@ObjectType({ description: 'Where an order’s parcel can be followed. For services only.' })
export class LetterDelivery {
  @Field({ description: 'Who brings it.' })
  carrier!: string;

  @Field({ description: 'What the carrier calls it.' })
  trackingNumber!: string;

  @Field(() => Int, { description: '1 as it was shipped, one more after each correction of the two.' })
  revision!: number;
}

@Directive('@inaccessible')
@ObjectType({
  description: 'What a letter to its buyer says of an order, as it stands now. For services only.',
})
export class OrderLetter {
  @Field(() => ID, { description: 'Whom it is written to.' })
  buyerId!: string;

  @Field({ description: 'What a person reads out to support.' })
  number!: string;

  @Field(() => OrderStatus, { description: 'Where it stands.' })
  status!: OrderStatus;

  @Field(() => GraphQLSafeInt, { description: 'Won, for all lines together.' })
  total!: number;

  @Field({ description: 'Whether it was paid once, whatever became of it.' })
  paid!: boolean;

  @Field(() => GraphQLDateTime, { description: 'When its hold ends, or ended.' })
  payBy!: Date;

  @Field(() => [LetterLine], { description: 'What was bought.' })
  lines!: LetterLine[];

  @Field(() => String, { nullable: true, description: 'Of one that was cancelled: why, as a code.' })
  cancelledFor!: string | null;

  @Field(() => [LetterRefund], { description: 'What goes back, or is back.' })
  refunds!: LetterRefund[];

  @Field(() => LetterDelivery, { nullable: true, description: 'Of one that was shipped.' })
  delivery!: LetterDelivery | null;
}
