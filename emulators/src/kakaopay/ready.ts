import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { json, type Answer } from '../http.js';
import { amountOf, nothing, vatOf } from './amounts.js';
import { korean } from './answers.js';
import { identifier, type Ledger } from './ledger.js';
import type { readyRequest } from './requests.js';

/** Begins a payment: a tid, and the addresses where the buyer agrees to it. */
export function ready(
  ledger: Ledger,
  base: string,
  request: z.infer<typeof readyRequest>,
): { tid: string; answer: Answer } {
  const { total_amount, tax_free_amount, vat_amount = vatOf(total_amount, tax_free_amount) } = request;
  const tid = identifier('T');
  const page = randomBytes(32).toString('hex');
  const createdAt = ledger.now();
  ledger.add({
    tid,
    page,
    cid: request.cid,
    partnerOrderId: request.partner_order_id,
    partnerUserId: request.partner_user_id,
    itemName: request.item_name,
    ...(request.item_code !== undefined && { itemCode: request.item_code }),
    quantity: request.quantity,
    amount: amountOf(total_amount, tax_free_amount, vat_amount, request.green_deposit),
    ...(request.payment_method_type && { onlyMethod: request.payment_method_type }),
    approvalUrl: request.approval_url,
    cancelUrl: request.cancel_url,
    failUrl: request.fail_url,
    createdAt,
    status: 'READY',
    method: request.payment_method_type ?? 'CARD',
    refusedByBank: false,
    canceled: nothing,
    actions: [],
  });
  const address = (device: string): string => `${base}/mockup/bridge/${device}/pg/one-time/payment/${page}`;
  const answer = json(200, {
    tid,
    next_redirect_app_url: address('mobile-app'),
    next_redirect_mobile_url: address('mobile-web'),
    next_redirect_pc_url: address('pc'),
    android_app_scheme: `kakaotalk://kakaopay/pg?url=${encodeURIComponent(address('mobile-app'))}`,
    ios_app_scheme: `kakaotalk://kakaopay/pg?url=${encodeURIComponent(address('mobile-app'))}`,
    created_at: korean(createdAt),
  });
  return { tid, answer };
}
