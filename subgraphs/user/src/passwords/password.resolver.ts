import 'reflect-metadata';
import { unauthenticated } from '@stampede/shared/errors';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLEmailAddress } from 'graphql-scalars';
import { Arg, Ctx, Mutation, Resolver, createUnionType } from 'type-graphql';
import type { Account } from '../account.entity.js';
import { clientOf } from '../client.js';
import { InvalidToken } from '../session/rejections.js';
import { InvalidCredentials } from '../sign-in/rejections.js';
import { refuseLongEmail } from '../input/email.js';
import { VerificationSent } from '../sign-up/verification-sent.js';
import { changePassword } from './change-password.js';
import { PASSWORD_RULE, refuseLongPassword } from './normal-password.js';
import { PasswordChanged } from './password-changed.js';
import { requestPasswordReset } from './request-password-reset.js';
import { resetPassword, type ResetPasswordParts } from './reset-password.js';

const ChangePasswordResult = createUnionType({
  name: 'ChangePasswordResult',
  description: 'What becomes of a change of password.',
  types: () => [PasswordChanged, InvalidCredentials] as const,
});

const ResetPasswordResult = createUnionType({
  name: 'ResetPasswordResult',
  description: 'What becomes of a password that is set by a mailed link.',
  types: () => [PasswordChanged, InvalidToken] as const,
});

@Resolver()
export class PasswordResolver {
  constructor(
    private readonly parts: ResetPasswordParts,
    private readonly findAccount: (id: string) => Promise<Account | null>,
  ) {}

  @Mutation(() => VerificationSent, {
    description:
      'Mails a link that sets a new password, if the address is an account’s; nothing otherwise. Limited per address.',
  })
  async requestPasswordReset(
    @Ctx() context: SubgraphContext,
    @Arg('email', () => GraphQLEmailAddress, { description: 'The account’s address.' }) email: string,
  ): Promise<VerificationSent> {
    refuseLongEmail(email, 'email');
    return requestPasswordReset(this.parts, email, clientOf(context));
  }

  @Mutation(() => ResetPasswordResult, {
    description: 'Sets a new password by a mailed link, once, and signs every device of the account out.',
  })
  async resetPassword(
    @Arg('token', { description: 'As the link carries it.' }) token: string,
    @Arg('new', { description: `${PASSWORD_RULE}.` }) password: string,
  ): Promise<PasswordChanged | InvalidToken> {
    return resetPassword(this.parts, token, password);
  }

  @Mutation(() => ChangePasswordResult, {
    description: 'Sets a new password, and signs every other device of the account out. Role: any signed in.',
  })
  async changePassword(
    @Ctx() context: SubgraphContext,
    @Arg('current', { description: 'The password until now.' }) current: string,
    @Arg('new', { description: `${PASSWORD_RULE}.` }) next: string,
  ): Promise<PasswordChanged | InvalidCredentials> {
    const { userId, sessionId } = requireUser(context);
    refuseLongPassword(current, 'current');
    const account = await this.findAccount(userId);
    if (!account) throw unauthenticated();
    return changePassword(this.parts, { account, sessionId, current, next });
  }
}
