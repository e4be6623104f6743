import { respond, type Route } from '@stampede/shared/http';
import { ANONYMOUS, type Language } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import { languageOf } from '../client/language.js';
import type { Execute } from '../live/operate.js';
import { markup } from './markup.js';
import { showPage, type Page } from './page.js';

type Said = [title: string, text: string];

type Phase = 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED';

interface ShownProduct {
  name: string;
  brands: string[];
  price: { amount: number };
  sale: { phase: Phase; opensAt: Date | string };
  stock: { total: number; available: number };
}

const QUERY = `query ProductPage($id: ID!) {
  product(id: $id) { name brands price { amount } sale { phase opensAt } stock { total available } }
}`;
const PATH = /^\/products\/([^/]{1,100})$/;
const RETRY_AFTER_S = 5;

/**
 * `/products/ID`: where mails and price offers lead to. It shows a product to who has no client of their own, as the
 * API tells it to anybody. Other paths are not found.
 */
export const productPage =
  (execute: Execute): Route =>
  async (request, response, { pathname }) => {
    const [, id] = PATH.exec(pathname) ?? [];
    if (id === undefined) return respond(response, 404, 'Not found.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respond(response, 405, 'Method not allowed.\n', { allow: 'GET, HEAD' });
    }
    const language = languageOf(request.headers['accept-language']);
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    return showPage(response, await look(execute, { id, language, requestId }), language);
  };

interface Asking {
  id: string;
  language: Language;
  requestId: string;
}

async function look(execute: Execute, { id, language, requestId }: Asking): Promise<Page> {
  const context = { identity: ANONYMOUS, requestId };
  const { data, errors } = await execute(
    { query: QUERY, variables: { id }, operationName: undefined },
    context,
  );
  if (errors) return notShown(errors[0]?.extensions?.code === 'SERVICE_UNAVAILABLE', language);
  const product = data?.product as ShownProduct | null | undefined;
  return product ? shown(product, language) : plain(404, WORDS[language].unknown);
}

function shown({ name, brands, price, sale, stock }: ShownProduct, language: Language): Page {
  const words = WORDS[language];
  const number = new Intl.NumberFormat(language);
  const won = new Intl.NumberFormat(language, { style: 'currency', currency: 'KRW' });
  const time = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone: 'Asia/Seoul',
  });
  return {
    title: name,
    content: markup`<h1>${name}</h1>
<dl><dt>${words.brands}</dt><dd>${brands.join(' × ')}</dd>
<dt>${words.price}</dt><dd>${won.format(price.amount)}</dd>
<dt>${words.sale}</dt><dd>${words.phases[sale.phase]}</dd>
<dt>${words.opens}</dt><dd>${time.format(new Date(sale.opensAt))}</dd>
<dt>${words.available}</dt><dd>${number.format(Math.max(0, stock.available))} / ${number.format(stock.total)}</dd></dl>`,
  };
}

const plain = (status: number, [title, text]: Said): Page => ({
  status,
  title,
  content: markup`<h1>${title}</h1>
<p>${text}</p>`,
});

function notShown(isAway: boolean, language: Language): Page {
  const { away } = WORDS[language];
  if (!isAway) return plain(500, away);
  return { ...plain(503, away), headers: { 'retry-after': String(RETRY_AFTER_S) } };
}

interface Words {
  brands: string;
  price: string;
  sale: string;
  opens: string;
  available: string;
  phases: Record<Phase, string>;
  unknown: Said;
  away: Said;
}

const WORDS: Record<Language, Words> = {
  en: {
    brands: 'Brand',
    price: 'Price',
    sale: 'Sale',
    opens: 'Opens',
    available: 'Available',
    phases: {
      SCHEDULED: 'Not open yet',
      OPEN: 'Open',
      PAUSED: 'Paused',
      SOLD_OUT: 'Sold out',
      CLOSED: 'Closed',
    },
    unknown: ['There is no such product', 'The address may not be whole.'],
    away: ['This product cannot be shown at the moment', 'Wait a little, and load the page again.'],
  },
  ko: {
    brands: '브랜드',
    price: '가격',
    sale: '판매 상태',
    opens: '판매 시작',
    available: '남은 수량',
    phases: {
      SCHEDULED: '판매 예정',
      OPEN: '판매 중',
      PAUSED: '일시 중지',
      SOLD_OUT: '품절',
      CLOSED: '판매 종료',
    },
    unknown: ['없는 상품입니다', '주소가 온전한지 확인해 주세요.'],
    away: ['지금은 상품을 보여 드릴 수 없습니다', '잠시 후 페이지를 다시 열어 주세요.'],
  },
};
