import type { SealedTable } from '@stampede/shared/sealing';

/**
 * Whatever is sealed and stays. A social sign-in that was begun is over within minutes, whichever key sealed it: a key
 * is taken away hours after it sealed last.
 */
export const SEALED_TABLES: readonly SealedTable[] = [
  { name: 'account', columns: ['email', 'name', 'phone'] },
  { name: 'address', columns: ['label', 'recipient', 'phone', 'postal_code', 'line1', 'line2'] },
  { name: 'mail_link', columns: ['email', 'name', 'phone'] },
  { name: 'mail', columns: ['recipient', 'content'] },
];
