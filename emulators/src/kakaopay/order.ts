import type { z } from 'zod';
import { json, type Answer } from '../http.js';
import { cancellation, commonFields, korean, SELECTED_CARD_INFO } from './answers.js';
import { failure } from './errors.js';
import type { Ledger } from './ledger.js';
import type { orderRequest } from './requests.js';

/** How a payment stands. One whose window has passed keeps the status that it had. */
export function order(ledger: Ledger, request: z.infer<typeof orderRequest>): Answer {
  const payment = ledger.byTid(request.tid);
  if (!payment) return failure('unknownTid');
  return json(200, {
    status: payment.status,
    ...commonFields(payment),
    ...cancellation(payment),
    ...(payment.approvedAt && payment.method === 'CARD' && { selected_card_info: SELECTED_CARD_INFO }),
    payment_action_details: payment.actions.map((action) => ({
      aid: action.aid,
      payment_action_type: action.type,
      payment_method_type: payment.method,
      amount: action.amount,
      point_amount: 0,
      discount_amount: 0,
      approved_at: korean(action.at),
      ...(action.payload !== undefined && { payload: action.payload }),
    })),
  });
}
