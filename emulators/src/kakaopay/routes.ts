import { Calls } from '../calls.js';
import type { Faults, OperationOf } from '../faults.js';
import { json, type Answer, type Request } from '../http.js';
import type { LateCalls } from '../late-calls.js';
import { delayed, dropped, withheld } from '../spoilt.js';
import { approve } from './approve.js';
import { refuseUnauthorized } from './authorization.js';
import { cancel } from './cancel.js';
import { failure } from './errors.js';
import { Ledger } from './ledger.js';
import { order } from './order.js';
import { page } from './page.js';
import { ready } from './ready.js';
import { approveRequest, cancelRequest, orderRequest, readyRequest, tidIn, withRequest } from './requests.js';

type Operation = OperationOf<'kakaopay'>;

const OPERATIONS: Record<string, Operation> = {
  '/kakaopay/online/v1/payment/ready': 'ready',
  '/kakaopay/online/v1/payment/approve': 'approve',
  '/kakaopay/online/v1/payment/cancel': 'cancel',
  '/kakaopay/online/v1/payment/order': 'lookup',
};
const PAGE =
  /^\/kakaopay\/mockup\/bridge\/(?:pc|mobile-web|mobile-app)\/pg\/one-time\/payment\/([0-9a-f]{64})$/;

export interface Parts {
  faults: Faults;
  lateCalls: LateCalls;
  windowMs: number;
  now: () => Date;
  /** Where this process is reached, for the addresses that ready gives out. */
  origin: () => string;
}

export interface KakaoPayEmulator {
  calls: Calls<Operation>;
  payments(): number;
  answer(request: Request): Answer;
}

/** KakaoPay's one-time payments under /kakaopay. */
export function openKakaoPay({ faults, lateCalls, windowMs, now, origin }: Parts): KakaoPayEmulator {
  const ledger = new Ledger(now, windowMs);
  const calls = new Calls<Operation>(['ready', 'approve', 'cancel', 'lookup']);

  const perform: Record<Operation, (body: string, decline: boolean) => Answer> = {
    ready: (body) =>
      withRequest(readyRequest, body, (request) => {
        const { tid, answer } = ready(ledger, `${origin()}/kakaopay`, request);
        calls.concerned('ready', tid);
        return answer;
      }),
    approve: (body, decline) =>
      withRequest(approveRequest, body, (request) => approve(ledger, request, decline)),
    cancel: (body, decline) =>
      withRequest(cancelRequest, body, (request) => cancel(ledger, request, decline)),
    lookup: (body) => withRequest(orderRequest, body, (request) => order(ledger, request)),
  };

  function call(operation: Operation, request: Request): Answer {
    calls.arrived(operation);
    const tid = tidIn(request.body);
    if (tid !== undefined) calls.concerned(operation, tid);
    // A stray call without a key must not use up the fault that a test has armed.
    const refusal = refuseUnauthorized(request.headers.authorization);
    if (refusal) return refusal;
    const fault = faults.take('kakaopay', operation);
    if (fault?.fault === 'timeout-before') return withheld(fault);
    if (fault?.fault === 'error-500') return delayed(failure('internal'), fault);
    const carryOut = (): Answer => perform[operation](request.body, fault?.fault === 'decline');
    if (fault?.fault === 'timeout-later') {
      lateCalls.add(carryOut, fault.delayMs);
      return dropped();
    }
    const answer = carryOut();
    if (fault?.fault === 'timeout-after') return withheld(fault);
    return fault ? delayed(answer, fault) : answer;
  }

  function counts(query: URLSearchParams): Answer {
    const tid = query.get('tid');
    const partnerOrderId = query.get('partner_order_id');
    if (tid !== null) return json(200, calls.of(tid));
    if (partnerOrderId === null) return json(200, calls.total);
    return json(200, calls.of(...ledger.ofOrder(partnerOrderId).map(({ tid }) => tid)));
  }

  function answer(request: Request): Answer {
    const { method, path, query } = request;
    const operation = method === 'POST' ? OPERATIONS[path] : undefined;
    if (operation) return call(operation, request);
    if (method === 'GET' && path === '/kakaopay/calls') return counts(query);
    const id = PAGE.exec(path)?.[1];
    if (id !== undefined && (method === 'GET' || method === 'POST')) return page(ledger, id, request);
    return failure('unknownUrl');
  }

  return { calls, payments: () => ledger.size, answer };
}
