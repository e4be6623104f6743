import { balanceOf, isApproved, taxFreeBalanceOf, type Cancel, type Payment } from './payment.js';

/** As Toss Payments writes a time: Korea's, with its offset. */
export function korean(time: Date): string {
  return `${new Date(time.getTime() + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`;
}

/** The Payment object, as every answer and every webhook has it. @param base of the emulator's addresses */
export function paymentObject(payment: Payment, base: string): Record<string, unknown> {
  const { amount, taxFreeAmount, means } = payment;
  const balance = balanceOf(payment);
  const taxFree = taxFreeBalanceOf(payment);
  const vat = Math.round((balance - taxFree) / 11);
  const page = `${base}/payment-window/${payment.page}`;
  return {
    mId: 'tlocal',
    lastTransactionKey: payment.lastTransactionKey ?? null,
    paymentKey: payment.paymentKey,
    orderId: payment.orderId,
    orderName: payment.orderName,
    taxExemptionAmount: 0,
    status: payment.status,
    requestedAt: korean(payment.requestedAt),
    approvedAt: payment.approvedAt ? korean(payment.approvedAt) : null,
    useEscrow: false,
    cultureExpense: false,
    card: means === 'card' ? card(payment) : null,
    virtualAccount: null,
    transfer: null,
    mobilePhone: null,
    giftCertificate: null,
    cashReceipt: null,
    cashReceipts: null,
    discount: null,
    cancels: payment.cancels.length === 0 ? null : payment.cancels.map(cancelObject),
    secret: payment.secret,
    type: 'NORMAL',
    easyPay: means === 'easy-pay' ? { provider: '토스페이', amount, discountAmount: 0 } : null,
    country: 'KR',
    failure: payment.failure ?? null,
    isPartialCancelable: true,
    receipt: null,
    checkout: { url: page },
    currency: 'KRW',
    totalAmount: amount,
    balanceAmount: balance,
    suppliedAmount: balance - taxFree - vat,
    vat,
    taxFreeAmount,
    method: means === undefined ? null : means === 'card' ? '카드' : '간편결제',
    metadata: null,
    version: '2022-11-16',
  };
}

function card(payment: Payment): Record<string, unknown> {
  return {
    amount: payment.amount,
    issuerCode: '41',
    acquirerCode: '41',
    number: '62164000****123*',
    installmentPlanMonths: 0,
    approveNo: isApproved(payment) ? '00000000' : '',
    useCardPoint: false,
    cardType: '신용',
    ownerType: '개인',
    acquireStatus: 'READY',
    isInterestFree: false,
    interestPayer: null,
  };
}

function cancelObject(cancel: Cancel): Record<string, unknown> {
  return {
    cancelAmount: cancel.amount,
    cancelReason: cancel.reason,
    taxFreeAmount: cancel.taxFreeAmount,
    taxExemptionAmount: 0,
    refundableAmount: cancel.refundableAmount,
    cardDiscountAmount: 0,
    transferDiscountAmount: 0,
    easyPayDiscountAmount: 0,
    canceledAt: korean(cancel.at),
    transactionKey: cancel.transactionKey,
    receiptKey: null,
    cancelStatus: 'DONE',
    cancelRequestId: null,
  };
}
