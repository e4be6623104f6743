/** Under which the provider keeps what its SDK loads and shows: scripts, its window's frame, its API, its logs. */
const FAMILY = ['https://*.tosspayments.com', 'https://*.toss.im'];

/**
 * What the page of a payment may load and run: our script, and what the provider's SDK needs. That is documented
 * nowhere as a list; the SDK asks addresses under several names of the provider's domains, which change. No inline
 * script runs, whatever an item is called.
 *
 * @param sdkUrl of the SDK's script.
 */
export function sdkPolicy(sdkUrl: string): string {
  const { origin, hostname } = new URL(sdkUrl);
  const sdk = (hostname.endsWith('.tosspayments.com') ? FAMILY : [origin]).join(' ');
  return [
    "default-src 'none'",
    `script-src 'self' ${sdk}`,
    // The SDK sets the styles of the frame that it draws.
    `style-src 'unsafe-inline' ${sdk}`,
    `img-src data: ${sdk}`,
    `font-src data: ${sdk}`,
    `connect-src ${sdk}`,
    `frame-src ${sdk}`,
    `form-action ${sdk}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
