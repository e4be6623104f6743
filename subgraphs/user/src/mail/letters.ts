import type { Database } from '@stampede/shared/database';
import type { Language } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';
import type { Letter } from './letter.js';
import { resetPassword, signUp, verifyAddress } from './link-letters.js';
import type { MailKind } from './queue-mail.js';

export interface ComposeParts {
  database: Database;
  sealer: Sealer;
  /** Where clients reach the gateway. */
  publicUrl: string;
}

/** Composes a mail when it is sent, perhaps not for the first time. Null: there is nothing to send any more. */
export type Compose = (
  mail: { to: string; language: Language; content: unknown },
  parts: ComposeParts,
) => Promise<Letter | null>;

export const letters: Record<MailKind, Compose> = {
  'sign-up': signUp,
  'reset-password': resetPassword,
  'verify-address': verifyAddress,
};
