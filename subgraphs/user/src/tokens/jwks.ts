import { respond, type Route } from '@stampede/shared/http';
import type { SigningKeys } from './signing-keys.js';

/** Where the gateway finds the keys that verify access tokens (RFC 7517). */
export const jwksRoutes = ({ jwks }: SigningKeys): Record<string, Route> => ({
  '/.well-known/jwks.json': (_, response) =>
    respond(response, 200, jwks, { 'cache-control': 'public, max-age=60' }),
});
