import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { isUuid } from '@stampede/shared/graphql';
import type { Sealer } from '@stampede/shared/sealing';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { Address, ADDRESS_COLUMNS, openAddress, type AddressRow } from './address.js';

@Resolver()
export class SavedAddressResolver {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
  ) {}

  @Directive('@inaccessible')
  @Query(() => Address, {
    nullable: true,
    description: 'One of a person’s saved addresses; null when it is none of theirs. For order.',
  })
  async savedAddress(
    @Ctx() context: SubgraphContext,
    @Arg('userId', () => ID, { description: 'Whose.' }) userId: string,
    @Arg('addressId', () => ID, { description: 'Which one.' }) addressId: string,
  ): Promise<Address | null> {
    requireService(context, 'order');
    if (!isUuid(userId) || !isUuid(addressId)) return null;
    const [row] = await this.database.query<AddressRow>(
      `SELECT ${ADDRESS_COLUMNS} FROM address WHERE id = $1 AND account_id = $2`,
      [addressId, userId],
    );
    return row ? openAddress(row, this.sealer) : null;
  }
}
