import { eventually } from '@stampede/shared/testing';
import type { UserUnderTest } from './open-user.js';

/** Until somebody waits for a lock of another's, or need not, since it is done. */
export const somebodyWaits = (user: UserUnderTest, done: () => boolean): Promise<void> =>
  eventually(async () => {
    const waits = await user.test.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (!done() && waits.length === 0) throw new Error('nobody waits yet');
  });
