import type { Compose } from './compose.js';
import { composeOrderCancelled } from './letters/order-cancelled.js';
import { composeOrderConfirmed } from './letters/order-confirmed.js';
import { composeOrderExpired } from './letters/order-expired.js';
import { composeOrderRefunded } from './letters/order-refunded.js';
import { composeOrderShipped } from './letters/order-shipped.js';
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
  'order-confirmed': composeOrderConfirmed,
  'order-expired': composeOrderExpired,
  'order-cancelled': composeOrderCancelled,
  'order-refunded': composeOrderRefunded,
  'order-shipped': composeOrderShipped,
};
