import type { Compose } from './compose.js';
import { composeResetPassword } from './letters/reset-password.js';
import { composeSaleOpening } from './letters/sale-opening.js';
import { composeSignUp } from './letters/sign-up.js';
import { composeVerifyAddress } from './letters/verify-address.js';
import type { MailKind } from './queue-mail.js';

/** By kind, how a mail is composed. */
export const letters: Record<MailKind, Compose> = {
  'sign-up': composeSignUp,
  'reset-password': composeResetPassword,
  'verify-address': composeVerifyAddress,
  'sale-opening': composeSaleOpening,
};
