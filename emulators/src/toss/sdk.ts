/**
 * The browser's SDK, as a page takes it from js.tosspayments.com/v2/standard: a global `TossPayments`. It checks what the
 * real one checks, and leads the browser to the emulator's window, which stands where the script came from.
 */
export const SDK = `(function () {
  'use strict';
  var base = new URL('../payment-window', document.currentScript.src);

  function problem(code, message) {
    var error = new Error(message);
    error.code = code;
    return error;
  }

  function isText(value, pattern) {
    return typeof value === 'string' && pattern.test(value);
  }

  function isAddress(value) {
    try {
      return /^https?:$/.test(new URL(value).protocol);
    } catch (error) {
      return false;
    }
  }

  function problemOf(request) {
    var amount = request.amount || {};
    if (request.method !== 'CARD') return problem('NOT_SUPPORTED_METHOD', 'method: this emulator has CARD only');
    if (amount.currency !== 'KRW') return problem('INVALID_AMOUNT_CURRENCY', 'amount.currency: KRW');
    if (!Number.isInteger(amount.value)) return problem('INVALID_AMOUNT_VALUE', 'amount.value: a whole number');
    if (amount.value <= 0) return problem('BELOW_ZERO_AMOUNT', 'amount.value: more than 0');
    if (!isText(request.orderId, /^[A-Za-z0-9_-]{6,64}$/))
      return problem('INVALID_ORDER_ID', 'orderId: 6 to 64 letters, digits, - and _');
    if (!isText(request.orderName, /^[^]{1,100}$/)) return problem('INVALID_ORDER_NAME', 'orderName: 1 to 100 characters');
    if (!isAddress(request.successUrl))
      return problem('INCORRECT_SUCCESS_URL_FORMAT', 'successUrl: a whole address, with its origin');
    if (!isAddress(request.failUrl))
      return problem('INCORRECT_FAIL_URL_FORMAT', 'failUrl: a whole address, with its origin');
    return undefined;
  }

  function TossPayments(clientKey) {
    if (!isText(clientKey, /^local-only-\\S+$/)) throw problem('INVALID_CLIENT_KEY', 'clientKey: begins with local-only-');
    return {
      payment: function (options) {
        var customerKey = options && options.customerKey;
        if (customerKey !== TossPayments.ANONYMOUS && !isText(customerKey, /^[A-Za-z0-9_=.@-]{2,50}$/))
          throw problem('INVALID_CUSTOMER_KEY', 'customerKey: 2 to 50 letters, digits, - _ = . and @');
        return {
          requestPayment: async function (request) {
            var wrong = problemOf(request || {});
            if (wrong) throw wrong;
            var address = new URL(base);
            var query = {
              clientKey: clientKey,
              method: request.method,
              currency: request.amount.currency,
              amount: request.amount.value,
              taxFreeAmount: request.taxFreeAmount,
              orderId: request.orderId,
              orderName: request.orderName,
              successUrl: request.successUrl,
              failUrl: request.failUrl,
            };
            Object.keys(query).forEach(function (name) {
              if (query[name] !== undefined) address.searchParams.set(name, String(query[name]));
            });
            location.assign(address.href);
          },
        };
      },
    };
  }

  TossPayments.ANONYMOUS = '@@ANONYMOUS';
  globalThis.TossPayments = TossPayments;
})();
`;
