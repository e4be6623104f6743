import { BodyTooLarge, readBody, respond, type Route } from '@stampede/shared/http';
import { ANONYMOUS, type Language } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clients } from '../client/clients.js';
import { languageOf } from '../client/language.js';
import type { Origins } from '../client/origins.js';
import type { GatewayContext } from '../graphql/context.js';
import { markup } from './markup.js';
import { showPage, type Page, type Show } from './page.js';

export interface FormPageOptions {
  clients: Pick<Clients, 'of'>;
  origins: Pick<Origins, 'isOwn'>;
  /** By GET, which changes nothing: programs that look for bad links in mails open them. */
  show: Show;
  /** What becomes of the form when it is sent. */
  submit: (fields: URLSearchParams, language: Language, context: GatewayContext) => Promise<Page>;
}

/** In bytes; two passwords of the longest kind, every character of them escaped. */
const BODY_LIMIT = 16_384;

/** A route that shows a form, and takes it from itself only: by POST, and from no page of another site. */
export function formPage({ clients, origins, show, submit }: FormPageOptions): Route {
  return async (request, response, { searchParams }) => {
    const { method } = request;
    const language = languageOf(request.headers['accept-language']);
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    if (method === 'GET' || method === 'HEAD') {
      return showPage(response, show(searchParams, language), language);
    }
    if (method !== 'POST') {
      return respond(response, 405, 'Method not allowed.\n', { allow: 'GET, HEAD, POST' });
    }
    if (!isOwnForm(request, origins)) return showPage(response, refused(403, language), language);
    const fields = await readForm(request);
    if (!(fields instanceof URLSearchParams)) return showPage(response, refused(fields, language), language);
    const context = { identity: ANONYMOUS, requestId, ...clients.of(request, response) };
    showPage(response, await submit(fields, language, context), language);
  };
}

/** Every browser says by POST where the form was; newer ones say so in a second way, which wins. */
function isOwnForm(request: IncomingMessage, { isOwn }: Pick<Origins, 'isOwn'>): boolean {
  const site = request.headers['sec-fetch-site'];
  return (site === undefined || site === 'same-origin') && isOwn(request);
}

/** @returns the status to refuse it with, if it is no form. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | 413 | 415> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return 415;
  try {
    return new URLSearchParams((await readBody(request, BODY_LIMIT)).toString());
  } catch (error) {
    if (error instanceof BodyTooLarge) return 413;
    throw error;
  }
}

const WORDS: Record<Language, { title: string; text: string }> = {
  en: {
    title: 'This was not sent from here',
    text: 'For your safety it was not done. Open the link of the mail again, and use the form that it shows.',
  },
  ko: {
    title: '이 페이지에서 보낸 요청이 아닙니다',
    text: '안전을 위해 처리하지 않았습니다. 메일의 링크를 다시 열고, 거기에 보이는 양식을 이용해 주세요.',
  },
};

function refused(status: 403 | 413 | 415, language: Language): Page {
  const { title, text } = WORDS[language];
  return {
    status,
    title,
    content: markup`<h1>${title}</h1>
<p>${text}</p>`,
    // What is too long is left unread.
    ...(status !== 403 && { headers: { connection: 'close' } }),
  };
}
