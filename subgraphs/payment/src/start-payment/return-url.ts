import { badInput } from '@stampede/shared/errors';
import { isOfOrigin } from '@stampede/shared/http';

/** KakaoPay takes 255 characters; our own parameters are added to it. */
const MAX_LENGTH = 180;

/**
 * Checks where a buyer is sent back to.
 *
 * @param allowed origins by commas; a port of `*` is any.
 * @throws BAD_USER_INPUT
 */
export function checkReturnUrl(returnUrl: URL, allowed: string): URL {
  const path = 'input.returnUrl';
  if (returnUrl.href.length > MAX_LENGTH)
    throw badInput({ path, message: `has at most ${MAX_LENGTH} characters.` });
  const known = allowed.split(',').some((origin) => isOfOrigin(returnUrl, origin.trim()));
  if (!known || returnUrl.username || returnUrl.password) {
    throw badInput({ path, message: 'is not of an allowed origin.' });
  }
  return returnUrl;
}

/** The URLs to which the provider sends the buyer back: paid, given up, failed. */
export function returnUrlsOf(returnUrl: URL, paymentId: string) {
  const withParams = (params: Record<string, string>) => {
    const url = new URL(returnUrl);
    for (const [name, value] of Object.entries({ payment: paymentId, ...params }))
      url.searchParams.set(name, value);
    return url.href;
  };
  return {
    approvalUrl: withParams({}),
    cancelUrl: withParams({ outcome: 'cancelled' }),
    failUrl: withParams({ outcome: 'failed' }),
  };
}
