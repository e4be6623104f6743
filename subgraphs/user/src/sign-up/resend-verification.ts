import type { Asker } from '../client.js';
import { orGiveBack } from '../limits/or-give-back.js';
import { refuseTooOften } from '../limits/refuse-too-often.js';
import { linkEnds, newLinkToken } from '../mail-link.entity.js';
import { queueMail } from '../mail/queue-mail.js';
import type { SignUpParts } from './sign-up.js';
import { verificationSent, type VerificationSent } from './verification-sent.js';

/**
 * Has another link mailed for what waits to be verified. What that is, and whether anything is, shows when the letter
 * is composed: it makes the link then, of the token that it was given here.
 */
export async function resendVerification(
  { database, sealer, limits }: Omit<SignUpParts, 'passwords'>,
  email: string,
  { address, language }: Asker,
): Promise<VerificationSent> {
  const who = { email, address };
  refuseTooOften(await limits.mails.attempt(who));
  const expiresAt = linkEnds('SIGN_UP');
  const content = { token: newLinkToken(), again: true, expiresAt };
  await orGiveBack(
    () => queueMail(database, sealer, { kind: 'sign-up', to: email, language, content }),
    () => limits.mails.undone(who),
  );
  return verificationSent(email, expiresAt);
}
