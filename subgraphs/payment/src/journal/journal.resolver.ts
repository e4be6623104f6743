import 'reflect-metadata';
import { cost, PAGED, usually } from '@stampede/shared/graphql';
import type { Database } from '@stampede/shared/database';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { AccountBalance } from './account-balance.entity.js';
import { auditDeposits } from './audit-deposits.js';
import { DepositsAudit } from './deposits-audit.entity.js';
import { JournalEntryConnection } from './journal-connection.js';
import type { JournalReader } from './journal-reader.js';
import { JournalEntry, JournalLine } from './journal.entity.js';
import { listEntries } from './list-entries.js';
import { readTrialBalance } from './read-balances.js';

@Resolver(() => JournalEntry)
export class JournalResolver {
  constructor(
    private readonly database: Database,
    private readonly reader: JournalReader,
  ) {}

  @Directive(PAGED)
  @Query(() => JournalEntryConnection, {
    description:
      'What has been booked, newest first: a moment after it happened, as booking follows paying. Role: OPERATOR.',
  })
  journal(
    @Ctx() context: SubgraphContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which to go on.' })
    after?: string | null,
    @Arg('orderId', () => ID, { nullable: true, description: 'Of this order only.' })
    orderId?: string | null,
  ): Promise<JournalEntryConnection> {
    requireRole(context, 'OPERATOR');
    return listEntries(this.database, {
      orderId: orderId ?? null,
      first: first ?? 20,
      after: after ?? null,
    });
  }

  @Directive(usually(100))
  @Query(() => [AccountBalance], {
    description:
      'Where every account stands, by name: all debits together equal all credits together. Role: OPERATOR.',
  })
  trialBalance(@Ctx() context: SubgraphContext): Promise<AccountBalance[]> {
    requireRole(context, 'OPERATOR');
    return readTrialBalance(this.database);
  }

  @Directive(cost(500))
  @Query(() => DepositsAudit, {
    description:
      'Compares what is held for buyers, by the payments, with the account `deposits`. Reads every payment. Role: OPERATOR.',
  })
  depositsAudit(@Ctx() context: SubgraphContext): Promise<DepositsAudit> {
    requireRole(context, 'OPERATOR');
    return auditDeposits(this.database);
  }

  @Directive(usually(4))
  @FieldResolver(() => [JournalLine], {
    description: 'Its debits and credits. A SELLER sees those of their own wallet.',
  })
  lines(@Root() { id }: JournalEntry, @Ctx() { identity }: SubgraphContext): Promise<JournalLine[]> {
    return this.reader.lines(id, identity);
  }
}

@Resolver(() => JournalLine)
export class JournalLineResolver {
  constructor(private readonly reader: JournalReader) {}

  @FieldResolver(() => JournalEntry, { description: 'The entry that it is of.' })
  entry(@Root() { entryId }: JournalLine): Promise<JournalEntry> {
    return this.reader.entry(entryId);
  }
}
