import 'reflect-metadata';
import { GraphQLDateTime, GraphQLEmailAddress } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';

@ObjectType({
  description:
    'A mail is on its way, if there is anything to tell. The same answer whether or not the address is known.',
})
export class VerificationSent {
  @Field(() => GraphQLEmailAddress, { description: 'Whom the mail goes to.' })
  email!: string;

  @Field(() => GraphQLDateTime, { description: 'Until when its link is good.' })
  expiresAt!: Date;
}

export const verificationSent = (email: string, expiresAt: Date): VerificationSent =>
  Object.assign(new VerificationSent(), { email, expiresAt });
