import 'reflect-metadata';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLEmailAddress } from 'graphql-scalars';
import { Arg, Ctx, Mutation, Resolver, createUnionType } from 'type-graphql';
import { clientOf } from '../client.js';
import { refuseLongEmail } from '../input/email.js';
import { AuthSession } from '../session/auth-session.js';
import { LONGEST_DEVICE, readDevice } from '../session/device.js';
import { refuseCookieUnlessTaken } from '../session/hand-out.js';
import { InvalidToken } from '../session/rejections.js';
import { readSignUp } from './read-sign-up.js';
import { resendVerification } from './resend-verification.js';
import { SignUpInput } from './sign-up-input.js';
import { signUp, type SignUpParts } from './sign-up.js';
import { VerificationSent } from './verification-sent.js';
import { verifyEmail, type VerifyEmailParts } from './verify-email.js';

const VerifyEmailResult = createUnionType({
  name: 'VerifyEmailResult',
  description: 'What becomes of a link that was followed.',
  types: () => [AuthSession, InvalidToken] as const,
});

@Resolver()
export class SignUpResolver {
  constructor(private readonly parts: SignUpParts & VerifyEmailParts) {}

  @Mutation(() => VerificationSent, {
    description:
      'Mails a link that makes the account; or, to somebody who has one, that they do. Limited per address.',
  })
  async signUp(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => SignUpInput, { description: 'Who, and by which password.' }) input: SignUpInput,
  ): Promise<VerificationSent> {
    return signUp(this.parts, readSignUp(input), clientOf(context));
  }

  @Mutation(() => VerificationSent, {
    description: 'Mails another link for the latest sign-up that waits to be verified. Limited per address.',
  })
  async resendVerification(
    @Ctx() context: SubgraphContext,
    @Arg('email', () => GraphQLEmailAddress, { description: 'The address that waits.' }) email: string,
  ): Promise<VerificationSent> {
    refuseLongEmail(email, 'email');
    return resendVerification(this.parts, email, clientOf(context));
  }

  @Mutation(() => VerifyEmailResult, {
    description: 'Completes what a mailed link is for, once, and signs the device in.',
  })
  async verifyEmail(
    @Ctx() context: SubgraphContext,
    @Arg('token', { description: 'As the link carries it.' }) token: string,
    @Arg('device', () => String, {
      nullable: true,
      description: `What to call the device in the list of sessions, at most ${LONGEST_DEVICE} characters.`,
    })
    device: string | null,
    @Arg('cookie', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'As for `signIn`: whether the refresh token goes out as a cookie.',
    })
    asCookie: boolean | null,
  ): Promise<AuthSession | InvalidToken> {
    const cookie = asCookie === true;
    if (cookie) refuseCookieUnlessTaken(clientOf(context), 'cookie');
    return verifyEmail(this.parts, context, { token, device: readDevice(device, 'device'), cookie });
  }
}
