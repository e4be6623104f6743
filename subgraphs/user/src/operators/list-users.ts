import type { Database } from '@stampede/shared/database';
import {
  checkFirst,
  connectionOf,
  decodeTimeCursor,
  encodeCursor,
  isUuid,
  timeKey,
} from '@stampede/shared/graphql';
import type { Role } from '@stampede/shared/identity';
import { SealingError, type Sealer } from '@stampede/shared/sealing';
import type { Log } from '@stampede/shared/telemetry';
import { emailIndex, findAccounts, type Account } from '../account.entity.js';
import { refuseLongEmail } from '../input/email.js';
import { User } from '../profile/user.type.js';
import type { UserConnection } from './user-connection.js';

export interface UserFilter {
  /** An address as a whole, or an id; blank is none. */
  search?: string | null | undefined;
  role?: Role | null | undefined;
}

export interface PageOf {
  first: number;
  after: string | null;
}

const LIST = 'users';

const LISTED = `deleted_at IS NULL AND ($1::text IS NULL OR role = $1)
  AND ($2::uuid IS NULL OR id = $2) AND ($3::bytea IS NULL OR email_index = $3)`;

/** A page of accounts, the newest first. @throws BAD_USER_INPUT */
export async function listUsers(
  database: Database,
  sealer: Sealer,
  filter: UserFilter,
  { first, after }: PageOf,
  log: Log,
): Promise<UserConnection> {
  checkFirst(first);
  const listed = [filter.role ?? null, ...keysOf(sealer, filter.search?.trim() ?? '')];
  const [createdAt, afterId] = after === null ? [null, null] : decodeTimeCursor(LIST, after);
  const rows = await database.query<{ id: string; at: string }>(
    `SELECT id, ${timeKey('created_at')} AS at FROM account
      WHERE ${LISTED} AND ($5::timestamptz IS NULL OR (created_at, id) < ($5::timestamptz, $6::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $4`,
    [...listed, first + 1, createdAt, afterId],
  );
  const [count] = await database.query<{ count: number }>(
    `SELECT count(*) FROM account WHERE ${LISTED}`,
    listed,
  );
  const page = rows.slice(0, first);
  const accounts = new Map(
    (
      await findAccounts(
        database,
        sealer,
        page.map(({ id }) => id),
      )
    ).map((account) => [account.id, account]),
  );
  return {
    ...connectionOf(rows, {
      first,
      after,
      cursorOf: ({ id, at }) => encodeCursor(LIST, at, id),
      nodeOf: ({ id }) => {
        const account = accounts.get(id);
        // One that was deleted between the two statements is not there any more.
        return account && new User(readable(account, log));
      },
    }),
    totalCount: count?.count ?? 0,
  };
}

/** A name that does not open is left out: as an error it would blank the page, where somebody may look for it. */
function readable(account: Account, log: Log): Account {
  try {
    void account.name;
    return account;
  } catch (error) {
    if (!(error instanceof SealingError)) throw error;
    log.error({ err: error, accountId: account.id }, 'the name of an account does not open');
    return Object.create(account, { name: { value: '' } }) as Account;
  }
}

/** What is searched for: an id, or the blind index of an address. */
function keysOf(sealer: Sealer, search: string): [id: string | null, index: Buffer | null] {
  if (search === '') return [null, null];
  refuseLongEmail(search, 'search');
  return isUuid(search) ? [search, null] : [null, emailIndex(sealer, search)];
}
