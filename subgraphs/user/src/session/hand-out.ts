import { badInput } from '@stampede/shared/errors';
import type { Client } from '@stampede/shared/identity';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import type { Account } from '../account.entity.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import { issueTokens, type AuthSession } from './auth-session.js';
import type { StartedSession } from './session.entity.js';

/**
 * Gives a session's tokens to whoever asked for it. To be called when the session is committed.
 *
 * @param asCookie the refresh token becomes the client's cookie, which no script can read, and is left out of the
 *   answer; {@link refuseCookieUnlessTaken} comes first.
 */
export async function handOut(
  { keys }: { keys: SigningKeys },
  context: SubgraphContext,
  account: Account,
  session: StartedSession,
  asCookie: boolean,
): Promise<AuthSession> {
  const issued = await issueTokens(keys, account, session);
  if (!asCookie) return issued;
  context.setRefreshCookie?.(session.refreshToken);
  return Object.assign(issued, { refreshToken: null });
}

/**
 * To be called before anything is done: a session whose refresh token reaches nobody would stay in the list.
 *
 * @param path of the argument that asks for the cookie.
 * @throws BAD_USER_INPUT
 */
export function refuseCookieUnlessTaken({ takesCookies }: Pick<Client, 'takesCookies'>, path: string): void {
  if (takesCookies) return;
  const message =
    'can be set only in the answer to a plain POST, from a page of this origin or of one that is allowed.';
  throw badInput({ path, message });
}

/** Takes the cookie back from a client that sent one. */
export function removeCookie({ client, setRefreshCookie }: SubgraphContext): void {
  if (client?.refreshToken !== undefined) setRefreshCookie?.(null);
}
