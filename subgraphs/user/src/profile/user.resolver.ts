import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import type { Log } from '@stampede/shared/telemetry';
import { GraphQLEmailAddress } from 'graphql-scalars';
import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Account } from '../account.entity.js';
import { isEmail } from '../input/email.js';
import { Session, liveSessionsOf } from '../session/session.entity.js';
import { Address, addressesOf } from './address.js';
import { SocialProvider, User } from './user.type.js';

const WHO = 'The user’s own, or seen by an OPERATOR';

@Resolver(() => User)
export class UserResolver {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly findAccount: (id: string) => Promise<Account | null>,
    private readonly log: Log,
  ) {}

  @Query(() => User, { nullable: true, description: 'Who is signed in; null when nobody is.' })
  async me(@Ctx() { identity }: SubgraphContext): Promise<User | null> {
    if (identity.kind !== 'user') return null;
    const account = await this.findAccount(identity.userId);
    return account && new User(account);
  }

  @FieldResolver(() => GraphQLEmailAddress, { nullable: true, description: `${WHO}; null to others.` })
  email(@Ctx() { identity }: SubgraphContext, @Root() { account, viewer = identity }: User): string | null {
    if (!account.isOpenTo(viewer) || account.email === null) return null;
    if (isEmail(account.email)) return account.email;
    // The scalar would refuse it with the address in the message, which would be logged.
    this.log.error({ userId: account.id }, 'an account’s address is none that the API can tell');
    return null;
  }

  @FieldResolver(() => String, { nullable: true, description: `${WHO}; null to others.` })
  phone(@Ctx() { identity }: SubgraphContext, @Root() { account, viewer = identity }: User): string | null {
    return account.isOpenTo(viewer) ? account.phone : null;
  }

  @FieldResolver(() => [Address], { description: `${WHO}; empty to others.` })
  async addresses(
    @Ctx() { identity }: SubgraphContext,
    @Root() { account, viewer = identity }: User,
  ): Promise<Address[]> {
    return account.isOpenTo(viewer) ? addressesOf(this.database, this.sealer, account.id) : [];
  }

  @FieldResolver(() => [Session], { description: `One per signed-in device. ${WHO}; empty to others.` })
  async sessions(
    @Ctx() { identity }: SubgraphContext,
    @Root() { account, viewer = identity }: User,
  ): Promise<Session[]> {
    if (!account.isOpenTo(viewer)) return [];
    const current = viewer.kind === 'user' ? viewer.sessionId : undefined;
    return liveSessionsOf(this.database, account.id, current);
  }

  @FieldResolver(() => [SocialProvider], { description: 'The user’s own; empty to everyone else.' })
  async socialLinks(
    @Ctx() { identity }: SubgraphContext,
    @Root() { account, viewer = identity }: User,
  ): Promise<SocialProvider[]> {
    if (!account.isOf(viewer)) return [];
    const links = await this.database.query<{ provider: SocialProvider }>(
      `SELECT provider FROM social_link WHERE account_id = $1 ORDER BY linked_at`,
      [account.id],
    );
    return links.map(({ provider }) => provider);
  }
}
