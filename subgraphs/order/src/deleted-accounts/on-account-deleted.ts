import { accountDeleted } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { forgetPeople } from './forget-people.js';

/**
 * Forgets a person whose account is gone, but for where their parcels go that are still under way: those addresses, and
 * what a request that was under way leaves behind, go later (`forgetWhenEnded`).
 */
export const onAccountDeleted: Handler = on(accountDeleted, async (tx, { accountId }) => {
  await tx.run('INSERT INTO deleted_account (id) VALUES ($1) ON CONFLICT DO NOTHING', [accountId]);
  await forgetPeople(tx, [accountId]);
});
