import type { z } from 'zod';
import { json, type Answer } from '../http.js';
import { amountOf, plus, vatOf, type Amount } from './amounts.js';
import { cancellation, commonFields } from './answers.js';
import { failure } from './errors.js';
import { cancelAvailable, identifier, type Ledger } from './ledger.js';
import type { cancelRequest } from './requests.js';

type CancelRequest = z.infer<typeof cancelRequest>;

/** Gives all of a captured payment back, or a part of it. */
export function cancel(ledger: Ledger, request: CancelRequest, decline: boolean): Answer {
  const payment = ledger.byTid(request.tid);
  if (!payment) return failure('unknownTid');
  const left = cancelAvailable(payment);
  if (left.total === 0) return failure('notCancellable');
  if (request.cancel_amount > payment.amount.total) return failure('aboveOriginal');
  if ((request.cancel_available_amount ?? left.total) !== left.total) return failure('badAmount');
  if (request.cancel_amount > left.total) return failure('aboveCancellable');
  const isPart = request.cancel_amount < left.total;
  if (isPart && payment.amount.green_deposit > 0) return failure('notCancellable');
  const cancelled = isPart ? partOf(left, request) : left;
  if (!cancelled || request.cancel_tax_free_amount !== cancelled.tax_free) return failure('badAmount');

  if (decline) {
    return failure('cancelFailed', {
      method_result_code: 'CANCEL_REFUSED',
      method_result_message: 'the card’s issuer refused',
    });
  }

  const aid = identifier('A');
  const { payload } = request;
  payment.canceled = plus(payment.canceled, cancelled);
  payment.canceledAt = ledger.now();
  payment.status = isPart ? 'PART_CANCEL_PAYMENT' : 'CANCEL_PAYMENT';
  payment.actions.push({
    aid,
    type: 'CANCEL',
    amount: cancelled.total,
    at: payment.canceledAt,
    ...(payload !== undefined && { payload }),
  });
  return json(200, {
    aid,
    ...commonFields(payment),
    status: payment.status,
    approved_cancel_amount: cancelled,
    ...cancellation(payment),
    ...(payload !== undefined && { payload }),
  });
}

/** How a part breaks down, or undefined when more of one kind is asked than is left. */
function partOf(left: Amount, request: CancelRequest): Amount | undefined {
  const { cancel_amount: total, cancel_tax_free_amount: taxFree } = request;
  // Rounding could ask a won more than is left; a stated amount must be right.
  const vat = request.cancel_vat_amount ?? Math.min(vatOf(total, taxFree), left.vat);
  if (taxFree > left.tax_free || vat > left.vat || taxFree + vat > total) return undefined;
  return amountOf(total, taxFree, vat);
}
