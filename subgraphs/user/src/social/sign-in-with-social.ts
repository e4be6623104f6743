import type { Transaction } from '@stampede/shared/database';
import type { Asker } from '../client.js';
import { findAccounts, type Account } from '../account.entity.js';
import type { SocialProvider } from '../profile/user.type.js';
import { readDevice } from '../session/device.js';
import { endSession, startSession, type StartedSession } from '../session/session.entity.js';
import { accountOfPerson } from './account-of-person.js';
import { askForProof } from './ask-for-proof.js';
import { takeBegun, type Begun } from './begun-sign-in.js';
import type { LoginProvider, Person } from './providers/login-provider.js';
import { whyOf } from './providers/why-of.js';
import {
  anotherIsLinked,
  linkedToAnother,
  notBegunLikeThis,
  notConfirmed,
  signedOutMeanwhile,
  SocialSignInFailed,
} from './rejections.js';
import { accountLinkedTo, inTurnOf, link, subjectOf, type Subject } from './social-link.js';
import type { SocialParts } from './social-parts.js';

export interface SocialRequest {
  provider: SocialProvider;
  code: string;
  state: string;
  redirectUri: string;
  /** Null for none: one that goes on under another session keeps its name. */
  device: string | null;
  /** Who is signed in, and on which session. */
  viewer: { userId: string; sessionId: string } | null;
  client: Asker;
  requestId: string;
}

export interface SignedIn {
  account: Account;
  session: StartedSession;
}

/** Ends a sign-in that was begun here: whoever the provider vouches for is signed in, or linked. */
export async function signInWithSocial(
  parts: SocialParts,
  login: LoginProvider,
  request: SocialRequest,
): Promise<SignedIn | SocialSignInFailed> {
  const { database, sealer, log } = parts;
  const { provider, requestId } = request;
  const begun = await takeBegun(database, sealer, request.state);
  if (!begun || !isSame(begun, request)) return notBegunLikeThis();

  const person = await ask(login, begun, request.code).catch((error: unknown) => {
    log.warn({ requestId, provider, reason: whyOf(error) }, 'a login provider did not confirm a person');
    return null;
  });
  if (!person) return notConfirmed();

  const answer = await database.transaction('sign-in-with-social', async (tx) => {
    const subject = subjectOf(sealer, provider, person.subject);
    await inTurnOf(tx, subject);
    const linked = await accountLinkedTo(tx, subject);
    return request.viewer
      ? linkTo(request.viewer, { parts, request, subject, linked, tx })
      : signIn(person, { parts, request, subject, linked, tx });
  });
  if (!(answer instanceof SocialSignInFailed)) await askForProof(parts, answer.account, request);
  return answer;
}

/** A code that was got for somebody else, or elsewhere, must not sign this person in (RFC 9700, 4.7). */
const isSame = (begun: Begun, { provider, redirectUri, viewer }: SocialRequest): boolean =>
  begun.provider === provider &&
  begun.redirectUri === redirectUri &&
  begun.accountId === (viewer?.userId ?? null);

async function ask(login: LoginProvider, begun: Begun, code: string): Promise<Person> {
  return login.profile(await login.exchange(begun, code));
}

interface Finish {
  parts: SocialParts;
  request: SocialRequest;
  subject: Subject;
  /** The account that the person is linked to already. */
  linked: string | undefined;
  tx: Transaction;
}

/** The device goes on under a new session, so that it stays in the list of devices once. */
async function linkTo(
  viewer: { userId: string; sessionId: string },
  finish: Finish,
): Promise<SignedIn | SocialSignInFailed> {
  const { tx, subject, linked } = finish;
  if (linked !== undefined && linked !== viewer.userId) return linkedToAnother();
  const account = await greet(finish, viewer.userId);
  // Ended by the person on another device: a session begun now would bring this one back.
  const replaced = account && (await holdLive(tx, viewer));
  if (!replaced) return signedOutMeanwhile();
  if (!(await link(tx, account.id, subject))) return anotherIsLinked();
  await endSession(tx, viewer.sessionId, account.id);
  return { account, session: await startSession(tx, account.id, finish.request.device ?? replaced.device) };
}

async function signIn(person: Person, finish: Finish): Promise<SignedIn | SocialSignInFailed> {
  const { parts, request, subject, linked, tx } = finish;
  const { provider, client } = request;
  const about = { provider, language: client.language };
  const id = linked ?? (await accountOfPerson(tx, parts.sealer, person, about)).id;
  const account = await greet(finish, id);
  if (!account) return notConfirmed();
  if (!(await link(tx, id, subject))) return anotherIsLinked();
  return { account, session: await startSession(tx, id, request.device ?? readDevice(null, 'device')) };
}

/**
 * Remembers which language the person reads, and holds the account until the transaction ends: nobody deletes it, or
 * links another person to it, meanwhile. @returns undefined for one that is deleted.
 */
async function greet({ tx, parts, request }: Finish, id: string): Promise<Account | undefined> {
  await tx.run(`UPDATE account SET language = $2 WHERE id = $1 AND deleted_at IS NULL`, [
    id,
    request.client.language,
  ]);
  const [account] = await findAccounts(tx, parts.sealer, [id]);
  return account;
}

/** @returns undefined for a session that has ended. */
async function holdLive(
  tx: Transaction,
  viewer: { userId: string; sessionId: string },
): Promise<{ device: string } | undefined> {
  const [session] = await tx.query<{ device: string }>(
    `SELECT device FROM session WHERE id = $1 AND account_id = $2 AND ended_at IS NULL AND expires_at > now() FOR UPDATE`,
    [viewer.sessionId, viewer.userId],
  );
  return session;
}
