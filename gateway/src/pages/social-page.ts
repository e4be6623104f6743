import type { Language } from '@stampede/shared/identity';
import { markup, type Markup } from './markup.js';
import { page } from './page.js';

/**
 * `/social`, `/social/kakao`, `/social/naver`: where a provider sends a person back to who has no client of their own.
 * It shows what `signInWithSocial` needs, ready for pasting, and changes nothing itself: whose link it is cannot be told
 * here.
 *
 * @param provider the one that people are sent here by; without it they fill it in themselves.
 */
export const socialPage = (publicUrl: string, provider?: 'KAKAO' | 'NAVER') =>
  page((query, language) => {
    const words = WORDS[language];
    const one = (name: string) => (query.getAll(name).length === 1 ? (query.get(name) ?? '') : '');
    const [code, state, error] = [one('code'), one('state'), one('error')];
    if (error !== '') {
      // RFC 6749, section 4.1.2.1; what a provider says besides is not for reading.
      const title = error === 'access_denied' ? words.declined : words.refused;
      return { title, content: text(title, words.unchanged) };
    }
    if (code === '' || state === '')
      return { title: words.nothing, content: text(words.nothing, words.nothingText) };
    return {
      title: words.title,
      content: markup`<h1>${words.title}</h1>
<p>${words.text} <a href="${publicUrl}/graphql">${publicUrl}/graphql</a></p>
<dl><dt>code</dt><dd><code>${code}</code></dd><dt>state</dt><dd><code>${state}</code></dd></dl>
<pre>${mutation({ code, state, publicUrl, provider })}</pre>`,
    };
  });

const text = (title: string, said: string): Markup => markup`<h1>${title}</h1>
<p>${said}</p>`;

interface Return {
  code: string;
  state: string;
  publicUrl: string;
  provider: 'KAKAO' | 'NAVER' | undefined;
}

/** A string of GraphQL is written as one of JSON. */
const mutation = ({ code, state, publicUrl, provider }: Return) => `mutation {
  signInWithSocial(input: {
    provider: ${provider ?? 'KAKAO # or NAVER: the one that you come from'}
    code: ${JSON.stringify(code)}
    state: ${JSON.stringify(state)}
    redirectUri: ${JSON.stringify(provider ? `${publicUrl}/social/${provider.toLowerCase()}` : `${publicUrl}/social`)}
  }) {
    __typename
    ... on AuthSession { accessToken refreshToken user { id name } }
    ... on Rejection { message }
  }
}`;

const WORDS = {
  en: {
    title: 'One step left',
    text: 'The provider has vouched for you. Nobody is signed in yet; if you have come here to sign in yourself, send this soon to',
    declined: 'You have declined',
    refused: 'The provider has not signed you in',
    unchanged: 'Nobody was signed in, and nothing was changed. Start again, or sign in in another way.',
    nothing: 'Nothing to see here',
    nothingText:
      'This page is where Kakao or Naver sends people back to. It was opened without what they send along.',
  },
  ko: {
    title: '한 단계 남았습니다',
    text: '본인 확인이 끝났지만 아직 로그인되지 않았습니다. 직접 로그인하려던 것이 맞다면 아래 내용을 바로 보내 주세요:',
    declined: '동의하지 않으셨습니다',
    refused: '로그인이 거부되었습니다',
    unchanged: '로그인되지 않았고 아무것도 바뀌지 않았습니다. 다시 시작하거나 다른 방법으로 로그인해 주세요.',
    nothing: '표시할 내용이 없습니다',
    nothingText: '카카오나 네이버가 로그인한 사람을 돌려보내는 페이지입니다. 필요한 정보 없이 열렸습니다.',
  },
} satisfies Record<Language, object>;
