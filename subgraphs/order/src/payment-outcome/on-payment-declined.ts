import { paymentDeclined } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { clearMark } from '../decision/clear-mark.js';

/**
 * A payment's attempt ended without money: the order may be paid again until `payBy`, or expire.
 *
 * | order | what payment.declined does |
 * |---|---|
 * | marked by this payment's attempt, or an earlier one | the mark is cleared |
 * | marked by another payment, by a later attempt, or not at all; no such order | already so |
 */
export const onPaymentDeclined: Handler = on(paymentDeclined, clearMark);
