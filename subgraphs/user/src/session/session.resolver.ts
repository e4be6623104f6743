import 'reflect-metadata';
import { isUuid } from '@stampede/shared/graphql';
import type { Database } from '@stampede/shared/database';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import type { Log } from '@stampede/shared/telemetry';
import { Arg, Ctx, ID, Int, Mutation, Resolver, createUnionType } from 'type-graphql';
import type { Account } from '../account.entity.js';
import { clientOf } from '../client.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import { AuthSession } from './auth-session.js';
import { handOut, removeCookie } from './hand-out.js';
import { refreshSession } from './refresh-session.js';
import { InvalidToken, invalidToken } from './rejections.js';
import { endSession, endSessionsOf } from './session.entity.js';

const RefreshResult = createUnionType({
  name: 'RefreshResult',
  description: 'What becomes of a refresh.',
  types: () => [AuthSession, InvalidToken] as const,
});

@Resolver()
export class SessionResolver {
  constructor(
    private readonly database: Database,
    private readonly keys: SigningKeys,
    private readonly findAccount: (id: string) => Promise<Account | null>,
    private readonly log: Log,
  ) {}

  @Mutation(() => RefreshResult, {
    description:
      'Gives new tokens for a refresh token, which is good for one refresh. Sent again within ten seconds (its answer was lost) it gives the next tokens again; replayed later, it ends its session. Without the argument it is the cookie’s token, and the next one goes out as the cookie again.',
  })
  async refreshSession(
    @Ctx() context: SubgraphContext,
    @Arg('refreshToken', () => String, {
      nullable: true,
      description: 'The latest one that was given out; web clients that have it as a cookie leave it out.',
    })
    refreshToken: string | null,
  ): Promise<AuthSession | InvalidToken> {
    const { takesCookies, refreshToken: cookie } = clientOf(context);
    const byCookie = typeof refreshToken !== 'string' && takesCookies;
    const token = (byCookie ? cookie : refreshToken) ?? '';
    const session = await refreshSession(this.database, token, (sessionId) =>
      this.log.warn(
        { requestId: context.requestId, sessionId },
        'ended a session: an old refresh token of it came again',
      ),
    );
    const account = session && (await this.findAccount(session.accountId));
    if (account) {
      // As read when the session had been refreshed: whoever gives another one later ends the session.
      const refreshed = { ...session, role: account.role };
      return handOut({ keys: this.keys }, context, account, refreshed, byCookie);
    }
    // Also one that was not fit to be sent on: it would be refused each time.
    if (byCookie) context.setRefreshCookie?.(null);
    return invalidToken();
  }

  @Mutation(() => Boolean, {
    description:
      'Signs this device out: its refresh token ends at once, its access token and its open connections within a second. Takes the cookie back, if there is one. False when it was signed out already. Role: any signed in.',
  })
  async signOut(@Ctx() context: SubgraphContext): Promise<boolean> {
    const { sessionId, userId } = requireUser(context);
    const ended = await endSession(this.database, sessionId, userId);
    removeCookie(context);
    return ended;
  }

  @Mutation(() => Int, {
    description:
      'Signs every device out, this one included, as `signOut` does. Gives how many were signed in. Role: any signed in.',
  })
  async signOutEverywhere(@Ctx() context: SubgraphContext): Promise<number> {
    const ended = await endSessionsOf(this.database, requireUser(context).userId);
    removeCookie(context);
    return ended;
  }

  @Mutation(() => Boolean, {
    description:
      'Signs one of one’s own devices out, as `signOut` does. False when no such device of one’s own was signed in. Role: any signed in.',
  })
  async endSession(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'As `User.sessions` names it.' }) id: string,
  ): Promise<boolean> {
    const { userId } = requireUser(context);
    return isUuid(id) && endSession(this.database, id, userId);
  }
}
