import { badInput } from '@stampede/shared/errors';
import { isOfOrigin } from '@stampede/shared/http';

const LONGEST = 500;
/** On one's own machine any port and path will do; elsewhere a redirect URI is compared as a whole (RFC 9700, 2.1). */
const ANYWHERE_ON_THIS_MACHINE = new Set(['http://localhost:*', 'http://127.0.0.1:*']);

/**
 * Checks where a provider is to send people back to.
 *
 * @param allowed by commas: whole URIs, `http://localhost:*`, `http://127.0.0.1:*`.
 * @param own the gateway's page for those without a client; it and those below it for each provider are always
 *   allowed.
 * @throws BAD_USER_INPUT
 */
export function checkRedirectUri(redirectUri: URL, allowed: string, own: string): string {
  const path = 'redirectUri';
  const { href, username, password, search, hash } = redirectUri;
  if (href.length > LONGEST) throw badInput({ path, message: `has at most ${LONGEST} characters.` });
  // The library asks for the tokens without the query, so that the provider would find another URI there.
  if (search || hash || href.endsWith('?') || href.endsWith('#'))
    throw badInput({ path, message: 'has no query and no fragment.' });
  const entries = [own, `${own}/kakao`, `${own}/naver`, ...allowed.split(',').map((entry) => entry.trim())];
  if (username || password || !entries.some((entry) => isEntry(redirectUri, entry)))
    throw badInput({ path, message: 'is not one of the allowed redirect URIs.' });
  return href;
}

const isEntry = (uri: URL, entry: string): boolean =>
  ANYWHERE_ON_THIS_MACHINE.has(entry)
    ? isOfOrigin(uri, entry)
    : URL.canParse(entry) && new URL(entry).href === uri.href;
