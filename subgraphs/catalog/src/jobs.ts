import type { Repetition } from '@stampede/shared/background';
import type { Guard } from '@stampede/shared/redis';
import { openSearchRenewal } from './browse/renew-search.js';
import { openForgettingPoints } from './sale-stats/forget-points.js';
import { watchOpenSales } from './sale-stats/watch-open-sales.js';
import { openStockMirror, type StockMirrorOptions } from './stock-mirror/stock-mirror.js';
import { openReminders } from './wishlist/reminders/open-reminders.js';
import { openReminderPurge } from './wishlist/reminders/purge-reminders.js';

/**
 * What catalog does by itself. Every replica mirrors, reminds and renews what products are found by, side by side; one
 * at a time forgets what is old.
 */
export const jobs = (parts: StockMirrorOptions & { guard: Guard }): Repetition[] => [
  openStockMirror(parts),
  openReminders(parts),
  openReminderPurge(parts),
  openForgettingPoints(parts),
  openSearchRenewal(parts),
  watchOpenSales(parts),
];
