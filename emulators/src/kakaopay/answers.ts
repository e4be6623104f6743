import { cancelAvailable, type Payment } from './ledger.js';

/** KakaoPay's way of writing a time: Korea's, to the second, without an offset. */
export function korean(time: Date): string {
  return new Date(time.getTime() + 9 * 3_600_000).toISOString().slice(0, 19);
}

/** What approve, cancel and order all say of a payment. */
export function commonFields(payment: Payment): Record<string, unknown> {
  return {
    tid: payment.tid,
    cid: payment.cid,
    partner_order_id: payment.partnerOrderId,
    partner_user_id: payment.partnerUserId,
    payment_method_type: payment.method,
    item_name: payment.itemName,
    ...(payment.itemCode !== undefined && { item_code: payment.itemCode }),
    quantity: payment.quantity,
    amount: payment.amount,
    created_at: korean(payment.createdAt),
    ...(payment.approvedAt && { approved_at: korean(payment.approvedAt) }),
  };
}

/** How much went back so far, and how much still can. */
export function cancellation(payment: Payment): Record<string, unknown> {
  return {
    canceled_amount: payment.canceled,
    cancel_available_amount: cancelAvailable(payment),
    ...(payment.canceledAt && { canceled_at: korean(payment.canceledAt) }),
  };
}

export const CARD_INFO = {
  kakaopay_purchase_corp: '신한카드',
  kakaopay_purchase_corp_code: '106',
  kakaopay_issuer_corp: '신한카드',
  kakaopay_issuer_corp_code: '106',
  bin: '621640',
  card_type: '신용',
  install_month: '00',
  approved_id: '12345678',
  card_mid: '123456789',
  interest_free_install: 'N',
  installment_type: 'NONE',
  card_item_code: 'A0001',
};

export const SELECTED_CARD_INFO = {
  card_bin: CARD_INFO.bin,
  card_corp_name: CARD_INFO.kakaopay_issuer_corp,
  interest_free_install: 'N',
  install_month: 0,
};
