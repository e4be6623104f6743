import type { z } from 'zod';
import { json, type Answer } from '../http.js';
import { CARD_INFO, commonFields } from './answers.js';
import { failure, type Extras } from './errors.js';
import { identifier, type Ledger, type Payment, type Status } from './ledger.js';
import type { approveRequest } from './requests.js';

const BEFORE_AUTHENTICATION: readonly Status[] = ['READY', 'OPEN_PAYMENT'];
const PAID: readonly Status[] = ['SUCCESS_PAYMENT', 'PART_CANCEL_PAYMENT', 'CANCEL_PAYMENT'];

const REFUSALS: Record<Payment['method'], Extras> = {
  CARD: { method_result_code: 'CARD_REFUSED', method_result_message: 'the card’s issuer refused' },
  MONEY: { method_result_code: 'INSUFFICIENT_BALANCE', method_result_message: 'the balance is too low' },
};

/** Captures what the buyer agreed to on the page. A refusal by the bank ends the payment; a mistake leaves it as it was. */
export function approve(ledger: Ledger, request: z.infer<typeof approveRequest>, decline: boolean): Answer {
  const payment = ledger.byTid(request.tid);
  if (!payment) return failure('unknownTid');
  if (PAID.includes(payment.status)) return failure('alreadyPaid');
  if (payment.status === 'QUIT_PAYMENT' || payment.status === 'FAIL_PAYMENT') return failure('notApprovable');
  if (ledger.hasExpired(payment)) return failure('expired');
  if (BEFORE_AUTHENTICATION.includes(payment.status)) return failure('notAuthenticated');
  if (payment.partnerOrderId !== request.partner_order_id) return failure('orderIdMismatch');
  if (payment.partnerUserId !== request.partner_user_id) return failure('userIdMismatch');
  if (payment.pgToken !== request.pg_token) return failure('badPgToken');
  if ((request.total_amount ?? payment.amount.total) !== payment.amount.total) return failure('badTotal');

  if (decline || payment.refusedByBank) {
    payment.status = 'FAIL_PAYMENT';
    return failure('approvalFailed', REFUSALS[payment.method]);
  }

  const aid = identifier('A');
  const { payload } = request;
  payment.status = 'SUCCESS_PAYMENT';
  payment.approvedAt = ledger.now();
  payment.actions.push({
    aid,
    type: 'PAYMENT',
    amount: payment.amount.total,
    at: payment.approvedAt,
    ...(payload !== undefined && { payload }),
  });
  return json(200, {
    aid,
    ...commonFields(payment),
    ...(payment.method === 'CARD' && { card_info: CARD_INFO }),
    ...(payload !== undefined && { payload }),
  });
}
