import {
  allowInsecureRequests,
  ClientSecretPost,
  discovery,
  enableNonRepudiationChecks,
  type Configuration,
} from 'openid-client';
import { openEmulators } from '../src/server.js';

export const CLIENT_ID = 'stampede-test';
export const SECRET = 'local-only-login-secret';
export const REDIRECT_URI = 'http://localhost:4000/social';

export interface Called {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

export interface Login extends AsyncDisposable {
  url: string;
  /** Moves the emulator's clock on. */
  passes(ms: number): void;
  /** What openid-client finds at the issuer. */
  configuration(): Promise<Configuration>;
  /** The address of the consent page, with changes over sensible parameters; undefined leaves one out. */
  page(path: string, changes?: Record<string, string | undefined>): string;
  /** Posts the page's form; where it leads. */
  consents(page: string, fields?: Record<string, string>): Promise<URL>;
  get(path: string, headers?: Record<string, string>): Promise<Called>;
  post(path: string, form: Record<string, string | undefined>): Promise<Called>;
  fault(operation: string, fault: string, more?: Record<string, unknown>): Promise<void>;
}

/** Both providers on one emulator; `provider` is whose paths are meant. */
export async function openLogin(provider: 'kakao' | 'naver'): Promise<Login> {
  // Close to the real time, since openid-client checks tokens by its own clock.
  let passed = 0;
  const emulators = await openEmulators({ now: () => new Date(Date.now() + passed) });
  const base = `${emulators.url}/${provider}`;
  const call = async (path: string, init: RequestInit): Promise<Called> => {
    const response = await fetch(`${base}${path}`, { redirect: 'manual', ...init });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, text, body };
  };
  return {
    url: base,
    passes: (ms) => {
      passed += ms;
    },
    configuration: () =>
      discovery(new URL(base), CLIENT_ID, SECRET, ClientSecretPost(SECRET), {
        // Without the second, openid-client trusts the connection that an ID token came by, and asks for no keys.
        execute: [allowInsecureRequests, enableNonRepudiationChecks],
      }),
    page: (path, changes = {}) => {
      const parameters = {
        response_type: 'code',
        client_id: CLIENT_ID,
        redirect_uri: REDIRECT_URI,
        state: 's1',
      };
      return `${base}${path}?${form({ ...parameters, ...changes }).toString()}`;
    },
    consents: async (page, fields = {}) => {
      const response = await fetch(page, {
        method: 'POST',
        body: new URLSearchParams(fields),
        redirect: 'manual',
      });
      if (response.status !== 303) throw new Error(`status ${response.status}: ${await response.text()}`);
      return new URL(response.headers.get('location') ?? '');
    },
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, fields) => call(path, { method: 'POST', body: form(fields) }),
    fault: async (operation, fault, more) => {
      const body = JSON.stringify({ target: provider, operation, fault, ...more });
      const response = await fetch(`${emulators.url}/faults`, { method: 'POST', body });
      if (response.status !== 200) throw new Error(await response.text());
    },
    [Symbol.asyncDispose]: () => emulators.close(),
  };
}

function form(fields: Record<string, string | undefined>): URLSearchParams {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return new URLSearchParams(given);
}

export function bearer(token: unknown): Record<string, string> {
  return { authorization: `Bearer ${String(token)}` };
}
