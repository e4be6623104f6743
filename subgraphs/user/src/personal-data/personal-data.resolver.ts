import 'reflect-metadata';
import { cost } from '@stampede/shared/graphql';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, Mutation, Query, Resolver } from 'type-graphql';
import { clientOf } from '../client.js';
import { deleteAccount, type DeletionParts } from './delete-account.js';
import { exportMyData, type ExportParts } from './export-my-data.js';

@Resolver()
export class PersonalDataResolver {
  constructor(private readonly parts: DeletionParts & ExportParts) {}

  @Directive(cost(500))
  @Query(() => String, {
    description:
      'JSON of all that is kept of the person: account, addresses, sessions, social links, mailed links, orders, cart, payments, wishes. Role: any signed in.',
  })
  exportMyData(@Ctx() context: SubgraphContext): Promise<string> {
    return exportMyData(this.parts, requireUser(context).userId, context.requestId);
  }

  @Mutation(() => Boolean, {
    description:
      'Deletes the account: all of its sessions end, and what says who the person is is erased; orders and books are kept without it. Role: any signed in; the last OPERATOR cannot.',
  })
  async deleteAccount(
    @Ctx() context: SubgraphContext,
    @Arg('password', () => String, {
      nullable: true,
      description:
        'The account’s; one that has none is deleted within 15 minutes of a sign-in, without a password.',
    })
    password?: string | null,
  ): Promise<boolean> {
    const { userId, sessionId } = requireUser(context);
    await deleteAccount(this.parts, { userId, sessionId, password });
    if (clientOf(context).refreshToken !== undefined) context.setRefreshCookie?.(null);
    return true;
  }
}
