/** Seconds for which a browser that has seen this house over https asks it in no other way. */
const HSTS_MAX_AGE_S = 365 * 24 * 60 * 60;

/**
 * What every answer of the gateway tells a browser, unless the route says something else: it is no document (nothing
 * of it may run, load or be framed), it is what its type says, no other site may embed it, and nobody keeps it. Pages
 * and scripts have policies of their own.
 *
 * @param publicUrl where clients reach the gateway; over https they are told to stay with that (RFC 6797, which has
 *   this said of the one host: whether all below it speak https is not ours to say).
 */
export function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // Older browsers do not know `frame-ancestors`.
    'x-frame-options': 'DENY',
    ...(new URL(publicUrl).protocol === 'https:' && {
      'strict-transport-security': `max-age=${HSTS_MAX_AGE_S}`,
    }),
  };
}
