import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Faults } from './faults.js';
import { html, json, readBody, text, type Answer, type Request } from './http.js';
import { indexPage } from './index-page.js';
import { openKakao } from './kakao/routes.js';
import { openKakaoPay } from './kakaopay/routes.js';
import { LateCalls } from './late-calls.js';
import { MailBox } from './mail/mail-box.js';
import { answerMail } from './mail/routes.js';
import { openSmtp } from './mail/smtp.js';
import { metrics } from './metrics.js';
import { openNaver } from './naver/routes.js';
import type { Limits } from './shopping/quota.js';
import { openShopping } from './shopping/routes.js';
import { openToss, type TossOptions } from './toss/routes.js';

/** For answers that are delayed on purpose, whose askers still wait. */
const GRACE_MS = 5_000;
/** 30 minutes to pay, 10 to confirm; a webhook is sent again after a second, where Toss Payments waits a minute. */
const TOSS: TossOptions = { windowMs: 1_800_000, confirmWindowMs: 600_000, webhookRetryMs: 1_000 };
const LOGIN_SECRET = 'local-only-login-secret';
const SEARCH_SECRET = 'local-only-search-secret';
const SEARCH_LIMITS: Limits = { perDay: 25_000, perSecond: 10 };

export interface Options {
  host?: string;
  port?: number;
  /** The origin that addresses are made with; where it listens by default. */
  reachedAt?: string | undefined;
  /** Of the mail server; a free one by default. */
  smtpPort?: number;
  /** How long a KakaoPay tid and its page live, in ms. */
  windowMs?: number;
  toss?: Partial<TossOptions>;
  /** The client secrets of the logins. */
  kakaoSecret?: string;
  naverSecret?: string;
  /** Of the shopping search. */
  searchSecret?: string;
  searchLimits?: Limits;
  now?: () => Date;
}

export interface Emulators extends AsyncDisposable {
  url: string;
  /** Where mail is taken: `smtp://127.0.0.1:…`. */
  smtpUrl: string;
  close(): Promise<void>;
}

/** Starts every emulator on one port, and the mail server on another (free ones by default); state is in memory and ends with it. */
export async function openEmulators(options: Options = {}): Promise<Emulators> {
  const { host = '127.0.0.1', port = 0, smtpPort = 0, windowMs = 900_000, reachedAt } = options;
  const { kakaoSecret = LOGIN_SECRET, naverSecret = LOGIN_SECRET } = options;
  const { searchSecret = SEARCH_SECRET, searchLimits = SEARCH_LIMITS } = options;
  const { now = () => new Date() } = options;
  const faults = new Faults();
  const lateCalls = new LateCalls();
  const origin = (): string => {
    if (reachedAt !== undefined) return reachedAt;
    const { address, family, port } = server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  };
  const mailBox = new MailBox();
  const kakaopay = openKakaoPay({ faults, lateCalls, windowMs, now, origin });
  const toss = openToss({ ...TOSS, ...options.toss, faults, lateCalls, now, origin });
  const kakao = openKakao({ faults, now, origin, clientSecret: kakaoSecret });
  const naver = openNaver({ faults, now, origin, clientSecret: naverSecret });
  const shopping = openShopping({ faults, now, clientSecret: searchSecret, limits: searchLimits });

  function route(request: Request): Answer | Promise<Answer> {
    const { method, path } = request;
    if (path.startsWith('/kakaopay/')) return kakaopay.answer(request);
    if (path.startsWith('/toss/')) return toss.answer(request);
    if (path.startsWith('/kakao/')) return kakao.answer(request);
    if (path.startsWith('/naver/')) return naver.answer(request);
    if (path.startsWith('/shopping/')) return shopping.answer(request);
    if (path === '/mail' || path.startsWith('/mail/')) return answerMail(mailBox, request);
    switch (`${method} ${path}`) {
      case 'GET /':
        return html(200, indexPage());
      case 'GET /healthz':
      case 'GET /readyz':
        return json(200, { status: 'ok' });
      case 'GET /metrics':
        return text(200, metrics({ kakaopay, toss }));
      case 'GET /faults':
        return json(200, { faults: faults.list() });
      case 'POST /faults':
        return faults.arm(request.body);
      case 'GET /late-calls':
        return json(200, { waiting: lateCalls.size });
      case 'POST /late-calls/land':
        return json(200, { landed: lateCalls.landAll() });
      default:
        return json(404, { error: 'NOT_FOUND' });
    }
  }

  /** Answers that never come. */
  const withheld = new Set<ServerResponse>();

  /** Leaves the caller waiting, until it gives up by itself when ms is 0. */
  function withhold(response: ServerResponse, ms: number): void {
    withheld.add(response);
    const timer = ms === 0 ? undefined : setTimeout(() => response.destroy(), ms).unref();
    response.once('close', () => {
      withheld.delete(response);
      clearTimeout(timer);
    });
  }

  async function answerTo(incoming: IncomingMessage): Promise<Answer> {
    const url = URL.parse(incoming.url ?? '/', 'http://emulators');
    const body = await readBody(incoming);
    if (!url) return json(400, { error: 'BAD_URL' });
    if (body === undefined) return json(413, { error: 'PAYLOAD_TOO_LARGE' });
    const { method = 'GET', headers } = incoming;
    return route({ method, path: url.pathname, query: url.searchParams, headers, body });
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await answerTo(incoming);
    if (answer.kind === 'withhold') return withhold(response, answer.dropAfterMs);
    // Unreferenced, so that a long delay does not keep a stopped process alive.
    if (answer.delayMs > 0) await delay(answer.delayMs, undefined, { ref: false });
    // Without it, Node sends chunks: more work for whoever calls.
    const headers = { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) };
    // A kept connection ends with the answer, not with the next request.
    if (closing) response.shouldKeepAlive = false;
    response.writeHead(answer.status, headers).end(answer.body);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (response.destroyed) return; // The caller went away in the middle of its request.
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      if (!response.headersSent) response.writeHead(500).end();
    });
  });
  const smtp = await openSmtp({ host, port: smtpPort, faults, mailBox, now });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    // It would keep the process alive.
    await Promise.all([smtp.close(), toss.close()]);
    throw error;
  }

  async function shutDown(): Promise<void> {
    const closed = once(server, 'close');
    lateCalls.close();
    server.close();
    for (const response of withheld) response.destroy();
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
    await Promise.all([closed, smtp.close(), toss.close()]);
  }
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= shutDown());

  return { url: origin(), smtpUrl: smtp.url, close, [Symbol.asyncDispose]: close };
}
