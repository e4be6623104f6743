import 'reflect-metadata';
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { Account } from '../account.entity.js';
import { User } from '../profile/user.type.js';
import { signAccessToken } from '../tokens/access-token.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import type { StartedSession } from './session.entity.js';

@ObjectType({ description: 'A device that has just been signed in, or stays so.' })
export class AuthSession {
  @Field({ description: 'Goes into `Authorization: Bearer …`; valid for 15 minutes.' })
  accessToken!: string;

  @Field(() => GraphQLDateTime, { description: 'When to have refreshed by.' })
  accessTokenExpiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description:
      'Gives the next tokens by `refreshSession`, once, within 30 days; null when it went out as a cookie.',
  })
  refreshToken!: string | null;

  @Field(() => User, { description: 'Who is signed in.' })
  user!: User;
}

/** The tokens of a session that was started or refreshed just now. */
export async function issueTokens(
  keys: SigningKeys,
  account: Account,
  session: StartedSession,
): Promise<AuthSession> {
  const holder = { userId: account.id, role: session.role, sessionId: session.id };
  const { token, expiresAt } = await signAccessToken(keys, holder);
  return Object.assign(new AuthSession(), {
    accessToken: token,
    accessTokenExpiresAt: expiresAt,
    refreshToken: session.refreshToken,
    user: new User(account, { kind: 'user', ...holder }),
  });
}
