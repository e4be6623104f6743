import 'reflect-metadata';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLEmailAddress } from 'graphql-scalars';
import { Arg, Ctx, Field, InputType, Mutation, Resolver, createUnionType } from 'type-graphql';
import { clientOf } from '../client.js';
import { LONGEST_PASSWORD, refuseLongPassword } from '../passwords/normal-password.js';
import { AuthSession } from '../session/auth-session.js';
import { LONGEST_DEVICE, readDevice } from '../session/device.js';
import { refuseCookieUnlessTaken } from '../session/hand-out.js';
import { refuseLongEmail } from '../input/email.js';
import { EmailNotVerified, InvalidCredentials, TooManyAttempts } from './rejections.js';
import { signIn, type SignInParts } from './sign-in.js';

@InputType({ description: 'Who signs in, and on which device.' })
export class SignInInput {
  @Field(() => GraphQLEmailAddress, { description: 'The account’s address.' })
  email!: string;

  @Field({ description: `The account’s password, at most ${LONGEST_PASSWORD} characters.` })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: `What to call the device in the list of sessions, at most ${LONGEST_DEVICE} characters.`,
  })
  device?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether the refresh token goes out as a cookie that no script can read, and not in the answer: for web clients.',
  })
  cookie?: boolean | null;
}

const SignInResult = createUnionType({
  name: 'SignInResult',
  description: 'What becomes of a sign-in.',
  types: () => [AuthSession, InvalidCredentials, EmailNotVerified, TooManyAttempts] as const,
});

@Resolver()
export class SignInResolver {
  constructor(private readonly parts: SignInParts) {}

  @Mutation(() => SignInResult, { description: 'Signs a device in by email address and password.' })
  async signIn(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => SignInInput, { description: 'Who, and on which device.' }) input: SignInInput,
  ): Promise<typeof SignInResult> {
    const { email, password } = input;
    refuseLongEmail(email, 'input.email');
    refuseLongPassword(password, 'input.password');
    const device = readDevice(input.device, 'input.device');
    const cookie = input.cookie === true;
    if (cookie) refuseCookieUnlessTaken(clientOf(context), 'input.cookie');
    return signIn(this.parts, context, { email, password, device, cookie });
  }
}
