import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { Log } from '@stampede/shared/telemetry';
import type { Limits } from '../limits/limits.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import type { LoginProviders } from './providers/open-providers.js';

export interface SocialParts {
  database: Database;
  sealer: Sealer;
  keys: SigningKeys;
  limits: Limits;
  providers: LoginProviders;
  /** Where providers may send people back to, by commas. */
  socialRedirectUris: string;
  publicUrl: string;
  log: Log;
}
