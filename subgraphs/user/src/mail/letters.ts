import type { Compose } from './compose.js';
import { composeResetPassword } from './letters/reset-password.js';
import { composeSignUp } from './letters/sign-up.js';
import { composeVerifyAddress } from './letters/verify-address.js';
import type { MailKind } from './queue-mail.js';

/** By kind, how a mail is composed. */
export const letters: Record<MailKind, Compose> = {
  'sign-up': composeSignUp,
  'reset-password': composeResetPassword,
  'verify-address': composeVerifyAddress,
};
