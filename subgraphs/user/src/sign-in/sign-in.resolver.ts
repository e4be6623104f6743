import 'reflect-metadata';
import { badInput } from '@stampede/shared/errors';
import { GraphQLEmailAddress } from 'graphql-scalars';
import { Arg, Field, InputType, Mutation, Resolver, createUnionType } from 'type-graphql';
import { AuthSession } from '../session/auth-session.js';
import { EmailNotVerified, InvalidCredentials, TooManyAttempts } from './rejections.js';
import { signIn, type SignInParts } from './sign-in.js';

const LONGEST_PASSWORD = 256;
const LONGEST_DEVICE = 100;
const UNNAMED_DEVICE = 'Unnamed device';

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
    @Arg('input', () => SignInInput, { description: 'Who, and on which device.' }) input: SignInInput,
  ): Promise<typeof SignInResult> {
    const device = (input.device ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim() || UNNAMED_DEVICE;
    if (input.password.length > LONGEST_PASSWORD) throw tooLong('input.password', LONGEST_PASSWORD);
    if (device.length > LONGEST_DEVICE) throw tooLong('input.device', LONGEST_DEVICE);
    return signIn(this.parts, { email: input.email, password: input.password, device });
  }
}

const tooLong = (path: string, limit: number) =>
  badInput({ path, message: `has more than ${limit} characters.` });
