import type { Asker } from '../client.js';
import { orGiveBack } from '../limits/or-give-back.js';
import { refuseTooOften } from '../limits/refuse-too-often.js';
import { addLink, linkEnds, newLinkToken } from '../mail-link.entity.js';
import { queueMail } from '../mail/queue-mail.js';
import type { SignUpParts } from '../sign-up/sign-up.js';
import { verificationSent, type VerificationSent } from '../sign-up/verification-sent.js';

/** Has a link mailed that sets a new password, should there be an account when the letter is composed. */
export async function requestPasswordReset(
  { database, sealer, limits }: Omit<SignUpParts, 'passwords'>,
  email: string,
  { address, language }: Asker,
): Promise<VerificationSent> {
  const who = { email, address };
  refuseTooOften(await limits.mails.attempt(who));
  const token = newLinkToken();
  const expiresAt = linkEnds('RESET');
  const write = () =>
    database.transaction('request-password-reset', async (tx) => {
      await addLink(tx, sealer, { purpose: 'RESET', token, email, expiresAt, language });
      await queueMail(tx, sealer, { kind: 'reset-password', to: email, language, content: { token } });
    });
  await orGiveBack(write, () => limits.mails.undone(who));
  return verificationSent(email, expiresAt);
}
