import type { IncomingMessage, ServerResponse } from 'node:http';

export interface RefreshCookie {
  /** The token that a client sent as its cookie. */
  read(request: IncomingMessage): string | undefined;
  /** Has the client keep a token, or forget the one it has. To be called before the headers are sent. */
  write(response: ServerResponse, token: string): void;
}

/** The lifetime of a session that is not used. */
const MAX_AGE_S = 30 * 24 * 60 * 60;
/** Longer than any refresh token; another text is none. */
const TOKEN = /^[\w-]{1,128}$/;

/**
 * The cookie of refresh tokens: for the gateway's own host alone, out of reach of scripts and of other sites. Over
 * https its name's prefix has the browser make sure that this very host has set it.
 */
export function openRefreshCookie(publicUrl: string): RefreshCookie {
  const secure = new URL(publicUrl).protocol === 'https:';
  const name = secure ? '__Host-stampede-refresh' : 'stampede-refresh';
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  return {
    read: ({ headers: { cookie = '' } }) => {
      const tokens = cookie.split(';').flatMap((pair) => {
        const [key, ...value] = pair.split('=');
        return key?.trim() === name ? [value.join('=').trim()] : [];
      });
      // Of two, somebody else may have set one: whose it is cannot be told, so none counts.
      const [token = ''] = tokens;
      return tokens.length === 1 && TOKEN.test(token) ? token : undefined;
    },
    write: (response, token) => {
      const maxAge = token === '' ? 0 : MAX_AGE_S;
      response.setHeader('set-cookie', `${name}=${token}; Max-Age=${maxAge}; ${attributes}`);
    },
  };
}
