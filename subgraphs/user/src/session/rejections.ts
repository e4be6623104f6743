import 'reflect-metadata';
import { Rejection } from '@stampede/shared/graphql';
import { ObjectType } from 'type-graphql';

@ObjectType({
  implements: Rejection,
  description: 'The token is wrong, was used before, has expired, or its session was ended.',
})
export class InvalidToken extends Rejection {}

export const invalidToken = (): InvalidToken =>
  Object.assign(new InvalidToken(), { message: 'This sign-in is no longer valid. Please sign in again.' });

export const invalidLink = (): InvalidToken =>
  Object.assign(new InvalidToken(), {
    message:
      'This link is no longer valid. Please use the latest one that we mailed to you, or ask for another.',
  });
