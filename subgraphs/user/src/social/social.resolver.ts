import 'reflect-metadata';
import { badInput, unauthenticated } from '@stampede/shared/errors';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLURL } from 'graphql-scalars';
import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver, createUnionType } from 'type-graphql';
import { findAccounts } from '../account.entity.js';
import { clientOf } from '../client.js';
import { SocialProvider, User } from '../profile/user.type.js';
import { AuthSession } from '../session/auth-session.js';
import { LONGEST_DEVICE, readDevice } from '../session/device.js';
import { handOut, refuseCookieUnlessTaken } from '../session/hand-out.js';
import { SocialSignInFailed } from './rejections.js';
import { requireProvider } from './require-provider.js';
import { signInWithSocial } from './sign-in-with-social.js';
import type { SocialParts } from './social-parts.js';
import { startSocialSignIn } from './start-social-sign-in.js';
import { unlinkSocial } from './unlink-social.js';

const LONGEST_CODE = 2_000;

@ObjectType({ description: 'A sign-in that was begun at a provider.' })
export class SocialSignInStart {
  @Field(() => GraphQLURL, { description: 'Where to send the person’s browser.' })
  url!: URL;

  @Field({
    description:
      'Comes back with the code. Keep it with the browser that goes there, and take no code that comes with another one: somebody else began that sign-in.',
  })
  state!: string;
}

@InputType({ description: 'What the provider sent back, and for which sign-in.' })
export class SocialSignInInput {
  @Field(() => SocialProvider, { description: 'Where the person has been.' })
  provider!: SocialProvider;

  @Field({ description: 'As it came back, once.' })
  code!: string;

  @Field({
    description:
      'As it came back, equal to the one that `startSocialSignIn` gave: good once, for ten minutes.',
  })
  state!: string;

  @Field(() => GraphQLURL, { description: 'The one with which it was begun.' })
  redirectUri!: URL;

  @Field(() => String, {
    nullable: true,
    description: `What to call the device in the list of sessions, at most ${LONGEST_DEVICE} characters; as before, when it links without one.`,
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

const SocialSignInResult = createUnionType({
  name: 'SocialSignInResult',
  description: 'What becomes of a sign-in at a provider.',
  types: () => [AuthSession, SocialSignInFailed] as const,
});

@Resolver()
export class SocialResolver {
  constructor(private readonly parts: SocialParts) {}

  @Mutation(() => SocialSignInStart, {
    description:
      'Begins a sign-in at a provider; begun by who is signed in, it links the provider to their account instead.',
  })
  async startSocialSignIn(
    @Ctx() { identity, requestId }: SubgraphContext,
    @Arg('provider', () => SocialProvider, { description: 'Where the person goes.' })
    provider: SocialProvider,
    @Arg('redirectUri', () => GraphQLURL, {
      description:
        'Where the person comes back to with code and state. It has to be allowed, here and at the provider.',
    })
    redirectUri: URL,
  ): Promise<SocialSignInStart> {
    const accountId = identity.kind === 'user' ? identity.userId : null;
    return startSocialSignIn(this.parts, { provider, redirectUri, accountId, requestId });
  }

  @Mutation(() => SocialSignInResult, {
    description:
      'Ends a sign-in that was begun at a provider: signs in, with a new account for who has none. To link, whoever began it has to be signed in still; the session that asks is replaced by the one that it gives.',
  })
  async signInWithSocial(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => SocialSignInInput, { description: 'What came back, and on which device.' })
    input: SocialSignInInput,
  ): Promise<typeof SocialSignInResult> {
    const { identity, requestId } = context;
    const login = requireProvider(this.parts.providers, input.provider, 'input.provider');
    const device = input.device == null ? null : readDevice(input.device, 'input.device');
    const { code, provider, state } = input;
    if (code === '' || code.length > LONGEST_CODE)
      throw badInput({ path: 'input.code', message: `has 1 to ${LONGEST_CODE} characters.` });
    const asCookie = input.cookie === true;
    const client = clientOf(context);
    if (asCookie) refuseCookieUnlessTaken(client, 'input.cookie');

    const answer = await signInWithSocial(this.parts, login, {
      provider,
      code,
      state,
      redirectUri: input.redirectUri.href,
      device,
      viewer: identity.kind === 'user' ? identity : null,
      client,
      requestId,
    });
    if (answer instanceof SocialSignInFailed) return answer;
    return handOut(this.parts, context, answer.account, answer.session, asCookie);
  }

  @Mutation(() => User, {
    description:
      'Removes a provider from the account; NOT_FOUND when it was not linked, BAD_USER_INPUT when it is the only way to sign in. Role: any signed in.',
  })
  async unlinkSocial(
    @Ctx() context: SubgraphContext,
    @Arg('provider', () => SocialProvider, { description: 'Which one.' }) provider: SocialProvider,
  ): Promise<User> {
    const { database, sealer } = this.parts;
    const { userId } = requireUser(context);
    await unlinkSocial(database, userId, provider);
    const [account] = await findAccounts(database, sealer, [userId]);
    if (!account) throw unauthenticated();
    return new User(account);
  }
}
