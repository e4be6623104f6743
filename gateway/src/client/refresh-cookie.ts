import type { IncomingMessage, ServerResponse } from 'node:http';

export interface RefreshCookie {
  /** The token that a client sent as its cookie. */
  read(request: IncomingMessage): string | undefined;
  /**
   * Has the client keep a token, or forget the one it has. Of several, none is forgotten: the browser would let go of
   * its own, and keep what somebody else has set. To be called before the headers are sent.
   */
  write(request: IncomingMessage, response: ServerResponse, token: string): void;
}

/** The lifetime of a session that is not used. */
const MAX_AGE_S = 30 * 24 * 60 * 60;
/** Longer than any refresh token; another text is none. */
const TOKEN = /^[\w-]{1,128}$/;

/**
 * RFC 6265, section 5.2. Not `trim`: to a browser a no-break space is part of a name, by which another site could set
 * a cookie that counts as ours.
 */
const withoutBlanks = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '');

/**
 * The cookie of refresh tokens: for the gateway's own host alone, out of reach of scripts and of other sites. Over
 * https its name's prefix has the browser make sure that this very host has set it.
 */
export function openRefreshCookie(publicUrl: string): RefreshCookie {
  const secure = new URL(publicUrl).protocol === 'https:';
  const name = secure ? '__Host-stampede-refresh' : 'stampede-refresh';
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

  const tokensOf = ({ headers: { cookie = '' } }: IncomingMessage): string[] =>
    cookie.split(';').flatMap((pair) => {
      const [key, ...value] = pair.split('=').map(withoutBlanks);
      return key === name ? [value.join('=')] : [];
    });

  return {
    read: (request) => {
      const tokens = tokensOf(request);
      // Of two, somebody else may have set one: whose it is cannot be told, so none counts.
      const [token = ''] = tokens;
      return tokens.length === 1 && TOKEN.test(token) ? token : undefined;
    },
    write: (request, response, token) => {
      if (token === '' && tokensOf(request).length > 1) return;
      const maxAge = token === '' ? 0 : MAX_AGE_S;
      response.setHeader('set-cookie', `${name}=${token}; Max-Age=${maxAge}; ${attributes}`);
    },
  };
}
