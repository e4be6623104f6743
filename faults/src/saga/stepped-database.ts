import type { Database, Transaction } from '@stampede/shared/database';
import { Unavailable } from '@stampede/shared/errors';
import { step } from './life.js';

const nameOf = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 48);

/**
 * A database whose statements and transactions are steps. A transaction is one, from its beginning to its commit: others
 * see nothing of it before, and PostgreSQL's locks keep whoever else writes the same from being in its midst.
 */
export function steppedDatabase(database: Database): Database {
  const statement = <T>(text: string, run: () => Promise<T>) =>
    step('statement', nameOf(text), async (mishap) => {
      if (mishap === 'lost') throw new Unavailable('PostgreSQL');
      const answer = await run();
      if (mishap === 'unheard') throw new Unavailable('PostgreSQL');
      return answer;
    });

  const transaction = <T>(name: string, work: (tx: Transaction) => Promise<T>): Promise<T> =>
    step('transaction', name, async (mishap) => {
      const result = await database.transaction(name, async (tx) => {
        const done = await work(tx);
        // Just before the commit: nothing of it stands.
        if (mishap === 'lost') throw new Unavailable('PostgreSQL');
        return done;
      });
      if (mishap === 'unheard') throw new Unavailable('PostgreSQL');
      return result;
    });

  return {
    query: (text, values, options) => statement(text, () => database.query(text, values, options)),
    run: (text, values) => statement(text, () => database.run(text, values)),
    transaction,
    close: () => database.close(),
  };
}
