import type { Route } from '@stampede/shared/http';
import { ANONYMOUS, type Language } from '@stampede/shared/identity';
import { addressOf } from '../client/address.js';
import { languageOf } from '../client/language.js';
import type { Charge } from '../rates/charge.js';
import { refusalHeaders, refusalStatus } from '../rates/refusal.js';
import type { Rates } from '../rates/rates.js';
import { markup } from './markup.js';
import { showPage } from './page.js';

const FORM: Charge = [{ kind: 'sign-in', count: 1 }];
const VIEW: Charge = [{ kind: 'read', count: 1 }];

/** Counts what pages ask of services as if their readers had asked it of the API, where nobody is signed in. */
export function openLimitPages(rates: Rates, trustedProxies: number) {
  const limit =
    (charge: Charge, methods: readonly string[]) =>
    (route: Route): Route =>
    (request, response, url) => {
      if (!methods.includes(request.method ?? '')) return route(request, response, url);
      const address = () => addressOf(request, trustedProxies);
      const refusal = rates.refuse(charge, { identity: ANONYMOUS, address });
      if (!refusal) return route(request, response, url);
      const language = languageOf(request.headers['accept-language']);
      const [title, text] = WORDS[language];
      const content = markup`<h1>${title}</h1>
<p>${text}</p>`;
      const headers = { ...refusalHeaders(refusal), connection: 'close' };
      showPage(response, { status: refusalStatus(refusal), title, content, headers }, language);
      return undefined;
    };
  return {
    /** A page that looks something up. */
    view: limit(VIEW, ['GET', 'HEAD']),
    /** A form that proves who somebody is; to look at it costs nothing. */
    form: limit(FORM, ['POST']),
  };
}

const WORDS: Record<Language, [title: string, text: string]> = {
  en: ['That was too often', 'Nothing was done. Wait a little, go back and try again.'],
  ko: ['요청이 너무 많습니다', '아무것도 처리하지 않았습니다. 잠시 후 뒤로 돌아가 다시 시도해 주세요.'],
};
