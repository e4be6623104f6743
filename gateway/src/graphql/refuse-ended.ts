import type { ApolloServerPlugin } from '@apollo/server';
import type { Metrics } from '@stampede/shared/telemetry';
import type { Admit } from '../identity/admit.js';
import type { GatewayContext } from './context.js';

const STATUS: Record<string, number> = { UNAUTHENTICATED: 401, SERVICE_UNAVAILABLE: 503 };

/** Refuses what `admit` does not let through, before it is executed, whichever way it came. */
export function refuseEnded(admit: Admit, metrics: Metrics): ApolloServerPlugin<GatewayContext> {
  const refused = metrics.counter(
    'ended_sessions_refused_total',
    'Operations refused because their session has ended, or nobody knows whether it has.',
    ['code'],
  );
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ operation, contextValue }) => {
          const refusal = operation && admit(contextValue.identity, operation.operation);
          if (!refusal) return Promise.resolve();
          const code = String(refusal.extensions.code);
          refused.inc({ code });
          refusal.extensions.http = { status: STATUS[code] };
          throw refusal;
        },
      }),
  };
}
