import { Overloaded } from '@stampede/shared/admission';
import { serviceUnavailable } from '@stampede/shared/errors';
import type { Execute } from '../live/operate.js';
import type { GatewayAdmission } from './gateway-admission.js';
import type { PriorityOfRequest } from './priority-of-request.js';

/** Has what comes over sockets, and what pages ask for, wait and be refused like what comes by plain HTTP. */
export const admitExecute =
  (execute: Execute, admission: GatewayAdmission, priorityOf: PriorityOfRequest): Execute =>
  async (request, context) => {
    const { query, operationName } = request;
    const priority = priorityOf(query, operationName);
    const place = admission.enter(priority) ?? (await admission.wait(priority));
    if (place instanceof Overloaded) return { errors: [serviceUnavailable(place.retryAfterMs)] };
    try {
      return await execute(request, context);
    } finally {
      admission.leave(place);
    }
  };
