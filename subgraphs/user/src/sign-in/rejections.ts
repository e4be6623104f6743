import 'reflect-metadata';
import { Rejection } from '@stampede/shared/graphql';
import { GraphQLDateTime, GraphQLEmailAddress } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';

@ObjectType({
  implements: Rejection,
  description:
    'The address is not known, or the password is not the account’s: the answer does not say which.',
})
export class InvalidCredentials extends Rejection {}

@ObjectType({
  implements: Rejection,
  description:
    'The password is that of a sign-up whose mailed link nobody has followed yet. It does not tell whether there is an account.',
})
export class EmailNotVerified extends Rejection {
  @Field(() => GraphQLEmailAddress, { description: 'The address that waits to be verified.' })
  email!: string;
}

@ObjectType({
  implements: Rejection,
  description: 'Too many wrong passwords, for the account or from the address, known or not.',
})
export class TooManyAttempts extends Rejection {
  @Field(() => GraphQLDateTime, { description: 'When to try again, at the earliest.' })
  retryAt!: Date;
}

export const invalidCredentials = (): InvalidCredentials =>
  Object.assign(new InvalidCredentials(), {
    message: 'That email address and password do not go together. Please check both.',
  });

export const emailNotVerified = (email: string): EmailNotVerified =>
  Object.assign(new EmailNotVerified(), {
    message: 'Please follow the link that we mailed to you first; it verifies your address.',
    email,
  });

export const tooManyAttempts = (retryAt: Date): TooManyAttempts =>
  Object.assign(new TooManyAttempts(), {
    message: 'There were too many wrong passwords. Please try again later, or reset your password.',
    retryAt,
  });
