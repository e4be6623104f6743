import 'reflect-metadata';
import { Rejection } from '@stampede/shared/graphql';
import { ObjectType } from 'type-graphql';

@ObjectType({
  implements: Rejection,
  description:
    'The provider did not confirm who it is, the sign-in was not begun like this, or the person is linked to another account.',
})
export class SocialSignInFailed extends Rejection {}

const failed = (message: string) => (): SocialSignInFailed =>
  Object.assign(new SocialSignInFailed(), { message });

/** The state is unknown, used up or too old, or something else is not as it was when the sign-in was begun. */
export const notBegunLikeThis = failed(
  'This sign-in has expired, or was begun somewhere else. Please start it again.',
);

export const notConfirmed = failed('We could not confirm who you are there. Please start again.');

export const linkedToAnother = failed(
  'You are linked to another account of ours already. Sign in to that one, or unlink there first.',
);

export const anotherIsLinked = failed(
  'Somebody else of that provider is linked to your account already. Unlink them first.',
);

export const signedOutMeanwhile = failed('You have been signed out meanwhile. Please sign in first.');
