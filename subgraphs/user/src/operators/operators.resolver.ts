import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { notFound } from '@stampede/shared/errors';
import { MAX_PAGE, PAGED } from '@stampede/shared/graphql';
import type { Role } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import type { Log } from '@stampede/shared/telemetry';
import { Arg, Ctx, Directive, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { Account } from '../account.entity.js';
import { Roles, User } from '../profile/user.type.js';
import { listUsers } from './list-users.js';
import { LONGEST_DISPLAY_NAME, setRole } from './set-role.js';
import { UserConnection } from './user-connection.js';

const PAGE = 20;

@Resolver()
export class OperatorsResolver {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly findAccount: (id: string) => Promise<Account | null>,
    private readonly log: Log,
  ) {}

  @Directive(PAGED)
  @Query(() => UserConnection, { description: 'People with an account, newest first. Role: OPERATOR.' })
  users(
    @Ctx() context: SubgraphContext,
    @Arg('search', () => String, { nullable: true, description: 'A verified address as a whole, or an id.' })
    search: string | null,
    @Arg('role', () => Roles, { nullable: true, description: 'Those in this role.' })
    role: Role | null,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: PAGE,
      description: `At most ${MAX_PAGE}.`,
    })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which to go on.' })
    after: string | null,
  ): Promise<UserConnection> {
    requireRole(context, 'OPERATOR');
    return listUsers(
      this.database,
      this.sealer,
      { search, role },
      { first: first ?? PAGE, after: after ?? null },
      this.log,
    );
  }

  @Mutation(() => User, {
    description:
      'Gives somebody else a role, and ends all of their sessions. Nobody changes their own. Role: OPERATOR.',
  })
  async setRole(
    @Ctx() context: SubgraphContext,
    @Arg('userId', () => ID, { description: 'Whose.' }) userId: string,
    @Arg('role', () => Roles, { description: 'Which; the one that they have is fine too.' }) role: Role,
    @Arg('displayName', () => String, {
      nullable: true,
      description: `What everybody reads of a SELLER, 1 to ${LONGEST_DISPLAY_NAME} characters; refused for other roles.`,
    })
    displayName?: string | null,
  ): Promise<User> {
    const { userId: callerId } = requireRole(context, 'OPERATOR');
    await setRole(this.database, callerId, { userId, role, displayName });
    const account = await this.findAccount(userId);
    if (!account) throw notFound('user');
    return new User(account);
  }
}
