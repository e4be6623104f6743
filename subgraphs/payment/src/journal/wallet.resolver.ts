import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { badInput, forbidden, notFound } from '@stampede/shared/errors';
import { isUuid, Money, PAGED, won } from '@stampede/shared/graphql';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { JournalLineConnection } from './journal-connection.js';
import { listWallet } from './list-wallet.js';
import { openCredits, wasBooked } from './read-balances.js';
import { payable } from '../books/accounts.js';
import { Wallet } from './wallet.entity.js';

@Resolver(() => Wallet)
export class WalletResolver {
  private readonly credit: (account: string) => Promise<number>;

  constructor(private readonly database: Database) {
    this.credit = openCredits(database);
  }

  @Query(() => Wallet, {
    description:
      'What a seller is owed. To an operator, one of whom nothing was booked is NOT_FOUND. Role: SELLER (own) or OPERATOR (any).',
  })
  async wallet(
    @Ctx() context: SubgraphContext,
    @Arg('sellerId', () => ID, {
      nullable: true,
      description:
        'Whose: an OPERATOR has to say so; a SELLER has their own, and anybody else’s is FORBIDDEN.',
    })
    sellerId?: string | null,
  ): Promise<Wallet> {
    const { userId, role } = requireRole(context, 'SELLER', 'OPERATOR');
    const id = (sellerId ?? (role === 'SELLER' ? userId : '')).toLowerCase();
    if (role === 'SELLER' && id !== userId) throw forbidden('This wallet is somebody else’s.');
    if (!isUuid(id)) throw badInput({ path: 'sellerId', message: 'has to be a seller’s id.' });
    // Whom it belongs to is for the user service to say, of accounts that have sold: of others it has no Seller.
    if (role === 'OPERATOR' && !(await wasBooked(this.database, payable(id)))) throw notFound('wallet');
    return Object.assign(new Wallet(), { seller: { id } });
  }

  @FieldResolver(() => Money, { description: 'What the platform owes them now: the sum of its entries.' })
  async balance(@Root() { seller }: Wallet): Promise<Money> {
    return won(await this.credit(payable(seller.id)));
  }

  @Directive(PAGED)
  @FieldResolver(() => JournalLineConnection, {
    description: 'What was added to it (credit) and taken from it (debit), newest first.',
  })
  entries(
    @Root() { seller }: Wallet,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which to go on.' })
    after?: string | null,
  ): Promise<JournalLineConnection> {
    return listWallet(this.database, { sellerId: seller.id, first: first ?? 20, after: after ?? null });
  }
}
