import type { Database } from '@stampede/shared/database';
import type { Asker } from '../client.js';
import type { Sealer } from '@stampede/shared/sealing';
import { foldEmail } from '../input/email.js';
import type { Limits } from '../limits/limits.js';
import { orGiveBack } from '../limits/or-give-back.js';
import { refuseTooOften } from '../limits/refuse-too-often.js';
import { addLink, linkEnds, newLinkToken } from '../mail-link.entity.js';
import { queueMail } from '../mail/queue-mail.js';
import type { Passwords } from '../passwords/passwords.js';
import type { SignUp } from './read-sign-up.js';
import { verificationSent, type VerificationSent } from './verification-sent.js';

export interface SignUpParts {
  database: Database;
  sealer: Sealer;
  passwords: Passwords;
  limits: Limits;
}

/**
 * Has a link mailed that makes the account. Nothing here looks at whether there is one already: the letter does, when
 * it is composed, so that neither the answer nor the time tells.
 */
export async function signUp(
  { database, sealer, passwords, limits }: SignUpParts,
  { email, password, name, phone }: SignUp,
  { address, language }: Asker,
): Promise<VerificationSent> {
  const who = { email, address };
  refuseTooOften(await limits.mails.attempt(who));
  const token = newLinkToken();
  const expiresAt = linkEnds('SIGN_UP');
  const write = async () => {
    const passwordHash = await passwords.hash(password, saltOf(sealer, email));
    await database.transaction('sign-up', async (tx) => {
      const link = { token, email, name, phone, passwordHash, expiresAt, language };
      await addLink(tx, sealer, { purpose: 'SIGN_UP', ...link });
      await queueMail(tx, sealer, { kind: 'sign-up', to: email, language, content: { token } });
    });
  };
  await orGiveBack(write, () => limits.mails.undone(who));
  return verificationSent(email, expiresAt);
}

/**
 * The address' own, so that who presses the button twice has signed up twice with one password, and not as two people
 * of whom one is a stranger.
 */
const saltOf = (sealer: Sealer, email: string): Buffer =>
  sealer.blindIndex(`salt of a sign-up:${foldEmail(email)}`).subarray(0, 16);
