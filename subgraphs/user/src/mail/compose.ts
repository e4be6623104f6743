import type { Database } from '@stampede/shared/database';
import type { Language } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';
import type { ReadOrderLetter } from '../order-mails/order-letters.js';
import type { ReadOpeningSale } from '../reminders/opening-sales.js';
import type { Letter } from './letter.js';

export interface MailToCompose {
  to: string;
  language: Language;
  content: unknown;
}

export interface ComposeParts {
  database: Database;
  sealer: Sealer;
  /** Where clients reach the gateway. */
  publicUrl: string;
  readOpeningSale: ReadOpeningSale;
  readOrderLetter: ReadOrderLetter;
}

/** Composes a mail when it is sent, perhaps not for the first time. Null: there is nothing to send any more. */
export type Compose = (mail: MailToCompose, parts: ComposeParts) => Promise<Letter | null>;
