import { Calls } from '../calls.js';
import type { Faults, OperationOf } from '../faults.js';
import { json, type Answer, type Request } from '../http.js';
import type { LateCalls } from '../late-calls.js';
import { delayed, dropped, withheld } from '../spoilt.js';
import { cancel } from './cancel.js';
import { confirm } from './confirm.js';
import { failure, isErrorCode, languageOf, type ErrorCode, type Language } from './errors.js';
import { Idempotency } from './idempotency.js';
import { readSecretKey } from './keys.js';
import type { Ledger } from './ledger.js';
import { paymentObject } from './payment-object.js';
import type { Payment } from './payment.js';
import { cancelRequest, confirmRequest, namesIn, readRequest } from './requests.js';

type Operation = OperationOf<'toss'>;

/** What a call asks for, read from its method and its path. */
type Asked =
  | { operation: 'confirm' }
  | { operation: 'cancel'; paymentKey: string }
  | { operation: 'lookup'; paymentKey: string }
  | { operation: 'lookup'; orderId: string };

export interface ApiParts {
  faults: Faults;
  lateCalls: LateCalls;
  ledger: Ledger;
  now: () => Date;
  base: () => string;
}

/** Toss Payments' API, v1: confirm, look up and cancel payments. */
export function openApi({ faults, lateCalls, ledger, now, base }: ApiParts) {
  const calls = new Calls<Operation>(['confirm', 'lookup', 'cancel']);
  const idempotency = new Idempotency(now);

  function perform(
    asked: Asked,
    { body }: Request,
    decline: boolean,
    language: Language,
  ): Payment | ErrorCode {
    if (asked.operation === 'confirm') {
      const read = readRequest(confirmRequest, body);
      return 'refusal' in read ? read.refusal : confirm(ledger, read.request, { decline, language });
    }
    if (asked.operation === 'cancel') {
      const read = readRequest(cancelRequest, body);
      return 'refusal' in read ? read.refusal : cancel(ledger, asked.paymentKey, read.request, decline);
    }
    const found = 'orderId' in asked ? ledger.byOrder(asked.orderId) : ledger.byKey(asked.paymentKey);
    return found ?? 'NOT_FOUND_PAYMENT';
  }

  function count(asked: Asked, { body }: Request): void {
    calls.arrived(asked.operation);
    const named = asked.operation === 'confirm' ? namesIn(body) : asked;
    const key = 'paymentKey' in named ? named.paymentKey : undefined;
    const orderId = 'orderId' in named ? named.orderId : ledger.byKey(key ?? '')?.orderId;
    for (const name of [key, orderId]) if (name !== undefined) calls.concerned(asked.operation, name);
  }

  function call(asked: Asked, request: Request): Answer {
    count(asked, request);
    const { method, path, headers } = request;
    const language = languageOf(headers['accept-language']);
    // A stray call without a key must not use up the fault that a test has armed.
    const authorized = readSecretKey(headers.authorization);
    if ('refusal' in authorized) return failure(authorized.refusal, language);

    // An outage stands before the API: what it answers is not kept under the call's key.
    const fault = faults.take('toss', asked.operation);
    if (fault?.fault === 'timeout-before') return withheld(fault);
    if (fault?.fault === 'error-500')
      return delayed(failure('FAILED_INTERNAL_SYSTEM_PROCESSING', language), fault);

    const key = method === 'POST' ? headerOf(request, 'idempotency-key') : undefined;
    const claim = idempotency.claim({ key, secretKey: authorized.secretKey, method, path });
    const carryOut = (): Answer => {
      if (claim.kind === 'refused') return failure(claim.code, language);
      if (claim.kind === 'again') return claim.answer;
      const testCode = headerOf(request, 'tosspayments-test-code');
      const result =
        testCode === undefined
          ? perform(asked, request, fault?.fault === 'decline', language)
          : isErrorCode(testCode)
            ? testCode
            : 'INVALID_REQUEST';
      return claim.remember(
        typeof result === 'string' ? failure(result, language) : json(200, paymentObject(result, base())),
      );
    };
    if (fault?.fault === 'timeout-later') {
      lateCalls.add(carryOut, fault.delayMs);
      return dropped();
    }
    const answer = carryOut();
    if (fault?.fault === 'timeout-after') return withheld(fault);
    return fault ? delayed(answer, fault) : answer;
  }

  return {
    calls,
    /** How many calls arrived, of one payment by its key or order id, or in all. */
    counts: (name: string | null) => (name === null ? calls.total : calls.of(name)),
    answer: (request: Request): Answer => {
      const asked = readAsked(request);
      if (asked) return call(asked, request);
      return failure('NOT_FOUND', languageOf(request.headers['accept-language']));
    },
  };
}

function readAsked({ method, path }: Request): Asked | undefined {
  const [first = '', second, ...more] = path.slice('/toss/v1/payments/'.length).split('/');
  if (more.length > 0) return undefined;
  if (method === 'POST') {
    if (first === 'confirm' && second === undefined) return { operation: 'confirm' };
    return second === 'cancel' ? { operation: 'cancel', paymentKey: first } : undefined;
  }
  if (method !== 'GET') return undefined;
  if (second === undefined) return { operation: 'lookup', paymentKey: first };
  return first === 'orders' ? { operation: 'lookup', orderId: second } : undefined;
}

function headerOf({ headers }: Request, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
