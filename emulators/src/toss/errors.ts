import { json, type Answer } from '../http.js';

/** Toss Payments' error codes that this emulator knows: the HTTP status, and the message in both languages. */
const ERRORS = {
  ALREADY_PROCESSED_PAYMENT: [400, '이미 처리된 결제 입니다.', 'The payment has already been processed.'],
  PROVIDER_ERROR: [
    400,
    '일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.',
    'A temporary error occurred. Try again later.',
  ],
  INVALID_REQUEST: [400, '잘못된 요청입니다.', 'The request is invalid.'],
  INVALID_API_KEY: [400, '잘못된 시크릿키 연동 정보 입니다.', 'The secret key is incorrect.'],
  INVALID_CLIENT_KEY: [400, '잘못된 클라이언트 연동 정보 입니다.', 'The client key is incorrect.'],
  INVALID_ORDER_ID: [
    400,
    '주문번호는 영문 대소문자, 숫자, 특수문자 -, _ 로 6자 이상 64자 이하여야 합니다.',
    'An order id is 6 to 64 letters, digits, - and _.',
  ],
  INVALID_PAYMENT_KEY: [400, '결제 키가 올바르지 않습니다.', 'The payment key is invalid.'],
  INVALID_IDEMPOTENCY_KEY: [
    400,
    '멱등키는 300자 이하여야 합니다.',
    'An idempotency key has at most 300 characters.',
  ],
  BELOW_MINIMUM_AMOUNT: [
    400,
    '신용카드는 결제금액이 100원 이상, 계좌는 200원이상부터 결제가 가능합니다.',
    'By card 100 won is the least, from an account 200 won.',
  ],
  EXCEED_MAX_AMOUNT: [400, '거래금액 한도를 초과했습니다.', 'The amount is over the limit.'],
  EXCEED_MAX_DAILY_PAYMENT_COUNT: [
    400,
    '하루 결제 가능 횟수를 초과했습니다.',
    'Over the payments that are allowed in a day.',
  ],
  EXCEED_MAX_PAYMENT_AMOUNT: [
    400,
    '하루 결제 가능 금액을 초과했습니다.',
    'Over the amount that is allowed in a day.',
  ],
  INVALID_REJECT_CARD: [
    400,
    '카드 사용이 거절되었습니다. 카드사 문의가 필요합니다.',
    'The card was refused. Ask its issuer.',
  ],
  INVALID_STOPPED_CARD: [400, '정지된 카드 입니다.', 'The card is suspended.'],
  INVALID_CARD_EXPIRATION: [
    400,
    '카드 정보를 다시 확인해주세요. (유효기간)',
    'Check the card’s expiration date.',
  ],
  INVALID_CARD_NUMBER: [400, '카드번호를 다시 확인해주세요.', 'Check the card’s number.'],
  INVALID_CARD_LOST_OR_STOLEN: [400, '분실 혹은 도난 카드입니다.', 'The card was lost or stolen.'],
  CARD_PROCESSING_ERROR: [400, '카드사에서 오류가 발생했습니다.', 'An error occurred at the card’s issuer.'],
  UNAPPROVED_ORDER_ID: [400, '아직 승인되지 않은 주문번호입니다.', 'The order id is not approved yet.'],
  NOT_AVAILABLE_PAYMENT: [
    400,
    '결제가 불가능한 시간대입니다.',
    'Payments are not possible at this time of day.',
  ],
  DUPLICATED_ORDER_ID: [
    400,
    '이미 승인 및 취소가 진행된 중복된 주문번호 입니다. 다른 주문번호로 진행해주세요.',
    'The order id has already been approved or cancelled. Use another one.',
  ],
  ALREADY_CANCELED_PAYMENT: [400, '이미 취소된 결제 입니다.', 'The payment has already been cancelled.'],
  INVALID_REFUND_ACCOUNT_INFO: [
    400,
    '환불 계좌번호와 예금주명이 일치하지 않습니다.',
    'The account and its holder do not match.',
  ],
  INVALID_REFUND_ACCOUNT_NUMBER: [
    400,
    '잘못된 환불 계좌번호입니다.',
    'The account of the refund is invalid.',
  ],
  NOT_MATCHES_REFUNDABLE_AMOUNT: [
    400,
    '잔액 결과가 일치하지 않습니다.',
    'The refundable amount does not match.',
  ],
  REFUND_REJECTED: [400, '환불이 거절됐습니다. 결제사에 문의 부탁드립니다.', 'The refund was rejected.'],
  UNAUTHORIZED_KEY: [
    401,
    '인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.',
    'The secret or client key is not authorized.',
  ],
  REJECT_CARD_COMPANY: [403, '결제 승인이 거절되었습니다.', 'The approval was refused.'],
  REJECT_CARD_PAYMENT: [
    403,
    '한도초과 혹은 잔액부족으로 결제에 실패했습니다.',
    'Over the limit, or the balance is too low.',
  ],
  REJECT_ACCOUNT_PAYMENT: [403, '잔액부족으로 결제에 실패했습니다.', 'The balance is too low.'],
  FORBIDDEN_REQUEST: [403, '허용되지 않은 요청입니다.', 'The request is not allowed.'],
  FORBIDDEN_CONSECUTIVE_REQUEST: [
    403,
    '반복적인 요청은 허용되지 않습니다. 잠시 후 다시 시도해주세요.',
    'Requests follow too closely.',
  ],
  EXCEED_MAX_AUTH_COUNT: [403, '최대 인증 횟수를 초과했습니다.', 'Over the attempts to authenticate.'],
  NOT_AVAILABLE_BANK: [403, '은행 서비스 시간이 아닙니다.', 'The bank is not available at this time of day.'],
  INVALID_PASSWORD: [403, '결제 비밀번호가 일치하지 않습니다.', 'The password does not match.'],
  INCORRECT_BASIC_AUTH_FORMAT: [
    403,
    '잘못된 요청입니다. `:` 를 포함해 인코딩해주세요.',
    'Encode the key with `:` at its end.',
  ],
  FDS_ERROR: [403, '위험거래가 감지되어 결제가 제한됩니다.', 'The payment is blocked as a risk.'],
  NOT_CANCELABLE_AMOUNT: [403, '취소 할 수 없는 금액 입니다.', 'The amount cannot be cancelled.'],
  NOT_CANCELABLE_PAYMENT: [403, '취소 할 수 없는 결제 입니다.', 'The payment cannot be cancelled.'],
  NOT_ALLOWED_PARTIAL_REFUND: [403, '부분환불이 불가능합니다.', 'It cannot be cancelled in part.'],
  EXCEED_MAX_REFUND_DUE: [
    403,
    '환불 가능한 기간이 지났습니다.',
    'The time in which it could be cancelled is over.',
  ],
  NOT_FOUND_PAYMENT: [404, '존재하지 않는 결제 정보 입니다.', 'There is no such payment.'],
  NOT_FOUND_PAYMENT_SESSION: [
    404,
    '결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.',
    'The time to pay is over: there is no such session.',
  ],
  NOT_FOUND: [404, '존재하지 않는 정보 입니다.', 'There is no such thing.'],
  IDEMPOTENT_REQUEST_PROCESSING: [
    409,
    '이전 멱등 요청이 처리중입니다.',
    'The first request of this idempotency key is being processed.',
  ],
  FAILED_INTERNAL_SYSTEM_PROCESSING: [
    500,
    '내부 시스템 처리 작업이 실패했습니다. 잠시 후 다시 시도해주세요.',
    'Internal processing failed. Try again later.',
  ],
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: [
    500,
    '결제가 완료되지 않았어요. 다시 시도해주세요.',
    'The payment was not completed. Try again.',
  ],
  FAILED_METHOD_HANDLING_CANCEL: [
    500,
    '취소 중 결제 시 사용한 결제 수단 처리과정에서 일시적인 오류가 발생했습니다.',
    'The means of payment failed for now.',
  ],
  FAILED_REFUND_PROCESS: [
    500,
    '은행 응답시간 지연이나 일시적인 오류로 환불요청에 실패했습니다.',
    'The bank was late, or failed for now.',
  ],
  COMMON_ERROR: [
    500,
    '일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.',
    'An error occurred. Try again later.',
  ],
  UNKNOWN_ERROR: [
    500,
    '알 수 없는 에러입니다. 잠시 후 다시 시도해주세요.',
    'The error is unknown. Try again later.',
  ],
  UNKNOWN_PAYMENT_ERROR: [
    500,
    '결제에 실패했어요. 같은 문제가 반복된다면 은행이나 카드사로 문의해주세요.',
    'The payment failed.',
  ],
} as const satisfies Record<string, readonly [status: number, korean: string, english: string]>;

export type ErrorCode = keyof typeof ERRORS;
export type Language = 'ko' | 'en';

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** Korean, unless English is asked for. */
export function languageOf(acceptLanguage: string | undefined): Language {
  return /^en\b/i.test(acceptLanguage ?? '') ? 'en' : 'ko';
}

export function messageOf(code: ErrorCode, language: Language): string {
  const [, korean, english] = ERRORS[code];
  return language === 'en' ? english : korean;
}

/** An answer in the shape of Toss Payments' errors. */
export function failure(code: ErrorCode, language: Language): Answer {
  return json(ERRORS[code][0], { code, message: messageOf(code, language) });
}
