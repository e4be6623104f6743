import type { Sql, Transaction } from '../database/index.js';

/** What this process has committed, told to whoever in it wants to know. */
export interface Notices {
  /** Notes that this changes, by `sql`: told once its transaction has committed, or now when there is none. */
  note(sql: Sql | Transaction, id: string): void;
  /** Calls `listener`, which must not throw, with each id. @returns ends the calls. */
  listen(listener: (id: string) => void): { close(): Promise<void> };
}

/**
 * What changes rows need not know who wants to hear of it, nor be handed a connection to Redis through every call.
 * Notices of a transaction that is undone are never told.
 */
export function openNotices(): Notices {
  const listeners = new Set<(id: string) => void>();
  const tell = (id: string): void => listeners.forEach((listener) => listener(id));
  return {
    note: (sql, id) => {
      if ('afterCommit' in sql) sql.afterCommit(() => tell(id));
      else tell(id);
    },
    listen: (listener) => {
      listeners.add(listener);
      return {
        close: () => {
          listeners.delete(listener);
          return Promise.resolve();
        },
      };
    },
  };
}
