import 'reflect-metadata';
import { Field, ObjectType } from 'type-graphql';

@ObjectType({
  description:
    'Where an order’s parcel goes, as it was said when the order was placed: a copy that nothing changes.',
})
export class ShippingAddress {
  @Field({ description: 'Who receives the parcel.' })
  recipient!: string;

  @Field({ description: 'The recipient’s phone number.' })
  phone!: string;

  @Field({ description: 'The postal code.' })
  postalCode!: string;

  @Field({ description: 'Street and number.' })
  line1!: string;

  @Field(() => String, { nullable: true, description: 'Building, floor, door.' })
  line2!: string | null;
}
