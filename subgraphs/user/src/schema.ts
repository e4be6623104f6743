import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { buildSubgraph, type Subgraph } from '@stampede/shared/graphql';
import type { Sealer } from '@stampede/shared/sealing';
import type { ServiceClient } from '@stampede/shared/subgraph';
import type { Guard } from '@stampede/shared/redis';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { Redis } from 'ioredis';
import { findAccounts } from './account.entity.js';
import { findById } from './find-by-id.js';
import { OperatorsResolver } from './operators/operators.resolver.js';
import { PersonalDataResolver } from './personal-data/personal-data.resolver.js';
import { ProfileResolver } from './profile/profile.resolver.js';
import { SavedAddressResolver } from './profile/saved-address.resolver.js';
import type { Limits } from './limits/limits.js';
import { PasswordResolver } from './passwords/password.resolver.js';
import { UserResolver } from './profile/user.resolver.js';
import { User } from './profile/user.type.js';
import { Seller, findSellers } from './seller/seller.js';
import { SessionResolver } from './session/session.resolver.js';
import type { Passwords } from './passwords/passwords.js';
import { SignInResolver } from './sign-in/sign-in.resolver.js';
import { SignUpResolver } from './sign-up/sign-up.resolver.js';
import type { LoginProviders } from './social/providers/open-providers.js';
import { SocialResolver } from './social/social.resolver.js';
import type { SigningKeys } from './tokens/signing-keys.js';

export interface UserParts {
  database: Database;
  sealer: Sealer;
  keys: SigningKeys;
  passwords: Passwords;
  redis: Redis;
  /** Of all keys in Redis. */
  namespace: string;
  guard: Guard;
  limits: Limits;
  /** Where clients reach the gateway. */
  publicUrl: string;
  providers: LoginProviders;
  /** Where they may send people back to, by commas. */
  socialRedirectUris: string;
  /** What the other services keep of a person is asked of them. */
  order: ServiceClient;
  payment: ServiceClient;
  catalog: ServiceClient;
  log: Log;
  metrics: Metrics;
}

/** Builds the user subgraph: accounts, sessions, personal data. */
export function buildUserSubgraph(parts: UserParts): Promise<Subgraph> {
  const { database, sealer, keys, log } = parts;
  const findAccount = findById((ids) => findAccounts(database, sealer, ids));
  const findSeller = findById((ids) => findSellers(database, ids));
  return buildSubgraph({
    resolvers: [
      new UserResolver(database, sealer, findAccount, log),
      new OperatorsResolver(database, sealer, findAccount, log),
      new PersonalDataResolver(parts),
      new ProfileResolver(database, sealer, findAccount),
      new SavedAddressResolver(database, sealer),
      new SignUpResolver(parts),
      new SignInResolver(parts),
      new PasswordResolver(parts, findAccount),
      new SocialResolver(parts),
      new SessionResolver(database, keys, findAccount, log),
    ],
    types: [Seller],
    references: {
      User: async ({ id }: { id: string }) => {
        const account = await findAccount(id);
        return account && new User(account);
      },
      Seller: ({ id }: { id: string }) => findSeller(id),
    },
  });
}
