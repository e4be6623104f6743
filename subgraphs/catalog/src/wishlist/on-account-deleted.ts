import { accountDeleted } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { lockWishesOf } from './lock-wishes.js';

/**
 * Forgets what a person wished for, and remembers that they are gone: a request of theirs that is still under way, by
 * a token that was good when it began, leaves nothing behind.
 */
export const onAccountDeleted: Handler = on(accountDeleted, async (tx, { accountId }) => {
  await lockWishesOf(tx, accountId);
  await tx.run('INSERT INTO deleted_account (user_id) VALUES ($1) ON CONFLICT DO NOTHING', [accountId]);
  await tx.run('DELETE FROM wish WHERE user_id = $1', [accountId]);
  // After the wishes: whoever is telling the person of a sale holds the wish's row until the reminder is committed.
  await tx.run('DELETE FROM wish_reminder WHERE user_id = $1', [accountId]);
});
