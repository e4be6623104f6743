import type { Route } from '@stampede/shared/http';
import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import type { GatewayContext } from '../graphql/context.js';
import type { Identify } from '../identity/identify.js';
import type { AskUser } from './ask-user.js';
import { formPage, type FormPageOptions } from './form-page.js';
import { brokenLink, notDone, tokenOf } from './link-pages.js';
import { markup } from './markup.js';
import type { Page } from './page.js';

export interface VerifyEmailParts extends Pick<FormPageOptions, 'clients' | 'origins'> {
  askUser: AskUser;
  identify: Identify;
}

const VERIFY = `mutation ($token: String!, $cookie: Boolean!, $device: String!) {
  verifyEmail(token: $token, cookie: $cookie, device: $device) {
    __typename
    ... on AuthSession { accessToken user { email } }
  }
}`;

const verified = z.object({
  verifyEmail: z.discriminatedUnion('__typename', [
    z.object({
      __typename: z.literal('AuthSession'),
      accessToken: z.string(),
      user: z.object({ email: z.string().nullable() }),
    }),
    z.object({ __typename: z.literal('InvalidToken') }),
  ]),
});

/**
 * `/verify-email?token=…`: where the link of a sign-up's mail leads. The button signs this browser in, by cookie.
 *
 * A browser that is somebody's already stays so: whoever is sent another's link must not find themselves in that
 * other's account, and enter their address or card there (login CSRF). The address is verified all the same, and the
 * session that came of it ends, since nobody was given its tokens. For the same reason the page names the address
 * as whose the browser is signed in.
 */
export function verifyEmailPage({ clients, origins, askUser, identify }: VerifyEmailParts): Route {
  /** Ends a session that nobody was given; where that fails it ends by itself in 30 days. */
  async function endUnused(accessToken: string, requestId: string): Promise<void> {
    const who = await identify(`Bearer ${accessToken}`);
    // Without the client: its cookie is of another session.
    if (who.ok) await askUser('mutation { signOut }', {}, { identity: who.identity, requestId });
  }

  async function submit(fields: URLSearchParams, language: Language, context: GatewayContext): Promise<Page> {
    const token = tokenOf(fields);
    if (token === undefined) return brokenLink(language);
    const cookie = context.client?.().refreshToken === undefined;
    const asked = await askUser(VERIFY, { token, cookie, device: WORDS[language].device }, context);
    if (asked.kind !== 'data') return notDone(asked, language);
    const { data } = verified.safeParse(asked.data);
    if (!data) return notDone({ kind: 'failed' }, language);
    if (data.verifyEmail.__typename === 'InvalidToken') return usedUp(language);
    const { accessToken, user } = data.verifyEmail;
    if (!cookie) await endUnused(accessToken, context.requestId);
    return done(user.email ?? '', cookie, language);
  }

  return formPage({
    clients,
    origins,
    submit,
    show: (query, language) => {
      const token = tokenOf(query);
      return token === undefined ? brokenLink(language) : ask(token, language);
    },
  });
}

const WORDS = {
  en: {
    device: 'Browser that opened the mail’s link',
    title: 'Verify your address',
    text: 'One step left: say that this address is yours.',
    button: 'Yes, it is mine',
    done: 'Your address is verified',
    signedIn: 'This browser is signed in as',
    notSignedIn:
      'This browser may be signed in already, so this link has not signed it in. Sign in, if need be, with',
    api: 'The API is at',
    used: 'This link does not work any more',
    usedText:
      'It was used already, or is too old. If you cannot sign in, ask for another one by `resendVerification`, at',
  },
  ko: {
    device: '메일 링크를 연 브라우저',
    title: '이메일 주소 확인',
    text: '마지막 단계입니다. 이 주소가 본인의 것임을 확인해 주세요.',
    button: '네, 제 주소입니다',
    done: '이메일 주소가 확인되었습니다',
    signedIn: '이 브라우저에 로그인된 계정:',
    notSignedIn:
      '이 브라우저는 이미 로그인되어 있을 수 있어, 이 링크로는 로그인하지 않았습니다. 필요하면 로그인할 주소:',
    api: 'API 주소:',
    used: '더 이상 쓸 수 없는 링크입니다',
    usedText:
      '이미 사용했거나 기한이 지났습니다. 로그인이 되지 않으면 `resendVerification`으로 새 링크를 요청해 주세요:',
  },
} satisfies Record<Language, object>;

const GRAPHQL = markup`<a href="/graphql">/graphql</a>`;

function ask(token: string, language: Language): Page {
  const { title, text, button } = WORDS[language];
  return {
    title,
    hasForm: true,
    content: markup`<h1>${title}</h1>
<p>${text}</p>
<form method="post" action="/verify-email">
<input type="hidden" name="token" value="${token}">
<button>${button}</button>
</form>`,
  };
}

function done(email: string, signedIn: boolean, language: Language): Page {
  const words = WORDS[language];
  return {
    title: words.done,
    content: markup`<h1>${words.done}</h1>
<p>${signedIn ? words.signedIn : words.notSignedIn} <strong>${email}</strong></p>
<p>${words.api} ${GRAPHQL}</p>`,
  };
}

function usedUp(language: Language): Page {
  const { used, usedText } = WORDS[language];
  return {
    status: 410,
    title: used,
    content: markup`<h1>${used}</h1>
<p>${usedText} ${GRAPHQL}</p>`,
  };
}
