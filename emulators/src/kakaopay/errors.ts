import { json, type Answer } from '../http.js';

/** KakaoPay's error codes that this emulator answers, with the HTTP status and message of each. */
const ERRORS = {
  authorizationMissing: [-400, 400, 'Authorization header is missing'],
  badKey: [-401, 401, 'unauthorized secret key'],
  unknownUrl: [-404, 404, 'not found'],
  internal: [-500, 500, 'internal server error'],
  notAuthenticated: [-701, 400, "authentication doesn't complete!"],
  alreadyPaid: [-702, 400, 'payment is already done!'],
  badMethod: [-705, 400, 'invalid payment_method_type!'],
  orderIdMismatch: [-706, 400, "partner_order_id doesn't match!"],
  userIdMismatch: [-707, 400, "partner_user_id doesn't match!"],
  badPgToken: [-708, 400, 'invalid pg_token!'],
  aboveCancellable: [-710, 400, 'cancel amount exceeds the cancellable amount!'],
  aboveOriginal: [-711, 400, 'cancel amount exceeds the paid amount!'],
  unknownTid: [-721, 400, 'tid not found!'],
  badAmount: [-722, 400, 'invalid amount!'],
  expired: [-723, 400, 'payment is expired!'],
  badTotal: [-725, 400, "total_amount doesn't match!"],
  badOrder: [-726, 400, 'invalid order information!'],
  badCid: [-731, 400, 'invalid cid!'],
  badCidSecret: [-733, 400, 'invalid cid_secret!'],
  approvalFailed: [-780, 400, 'approval failure!'],
  cancelFailed: [-781, 400, 'cancel failure!'],
  notApprovable: [-783, 400, 'payment is not approvable!'],
  notCancellable: [-784, 400, 'payment is not cancellable!'],
} as const satisfies Record<string, readonly [code: number, status: number, message: string]>;

export type Failure = keyof typeof ERRORS;

export interface Extras {
  method_result_code: string;
  method_result_message: string;
}

/** An answer in the shape of KakaoPay's errors. */
export function failure(name: Failure, extras?: Extras): Answer {
  const [error_code, status, error_message] = ERRORS[name];
  return json(status, { error_code, error_message, ...(extras && { extras }) });
}
