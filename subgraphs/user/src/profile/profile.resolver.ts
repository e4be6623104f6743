import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { unauthenticated } from '@stampede/shared/errors';
import type { Sealer } from '@stampede/shared/sealing';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Account } from '../account.entity.js';
import { AddressInput, NAME_RULE, PHONE_RULE } from '@stampede/shared/input';
import { Address } from './address.js';
import { MOST_ADDRESSES, removeAddress, saveAddress } from './save-address.js';
import { updateProfile } from './update-profile.js';
import { User } from './user.type.js';

@Resolver()
export class ProfileResolver {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly findAccount: (id: string) => Promise<Account | null>,
  ) {}

  @Mutation(() => User, {
    description: 'Changes what is told here; what is left out stays as it is. Role: any signed in.',
  })
  async updateProfile(
    @Ctx() context: SubgraphContext,
    @Arg('name', () => String, {
      nullable: true,
      description: `What the person is called: ${NAME_RULE}. It cannot be taken away.`,
    })
    name?: string | null,
    @Arg('phone', () => String, {
      nullable: true,
      description: `A phone number: ${PHONE_RULE}. Null takes it away.`,
    })
    phone?: string | null,
  ): Promise<User> {
    const { userId } = requireUser(context);
    await updateProfile(this.database, this.sealer, userId, { name, phone });
    const account = await this.findAccount(userId);
    // Whoever deleted the account has an access token for some minutes more.
    if (!account) throw unauthenticated();
    return new User(account);
  }

  @Mutation(() => Address, {
    description: `Saves an address; a person has at most ${MOST_ADDRESSES}. Role: any signed in.`,
  })
  saveAddress(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => AddressInput, { description: 'All of the address, as it is to be.' })
    input: AddressInput,
    @Arg('id', () => ID, {
      nullable: true,
      description: 'Which of one’s own it takes the place of; without it, it is one more.',
    })
    id?: string | null,
  ): Promise<Address> {
    const { userId: accountId } = requireUser(context);
    return saveAddress(this.database, this.sealer, { accountId, id }, input);
  }

  @Mutation(() => Boolean, {
    description: 'Takes an address away; false when it is none of one’s own. Role: any signed in.',
  })
  removeAddress(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'Which one.' }) id: string,
  ): Promise<boolean> {
    return removeAddress(this.database, requireUser(context).userId, id);
  }
}
