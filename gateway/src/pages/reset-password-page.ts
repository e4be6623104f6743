import type { Route } from '@stampede/shared/http';
import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import type { GatewayContext } from '../graphql/context.js';
import type { AskUser } from './ask-user.js';
import { formPage, type FormPageOptions } from './form-page.js';
import { brokenLink, notDone, tokenOf } from './link-pages.js';
import { markup } from './markup.js';
import type { Page } from './page.js';

export interface ResetPasswordParts extends Pick<FormPageOptions, 'clients' | 'origins'> {
  askUser: AskUser;
}

const RESET = `mutation ($token: String!, $new: String!) {
  resetPassword(token: $token, new: $new) { __typename }
}`;

const reset = z.object({
  resetPassword: z.object({ __typename: z.enum(['PasswordChanged', 'InvalidToken']) }),
});

/** `/reset-password?token=…`: where the mail leads that somebody asked for who has forgotten the password. */
export function resetPasswordPage({ clients, origins, askUser }: ResetPasswordParts): Route {
  async function submit(fields: URLSearchParams, language: Language, context: GatewayContext): Promise<Page> {
    const token = tokenOf(fields);
    if (token === undefined) return brokenLink(language);
    const chosen = fields.get('new') ?? '';
    if (chosen === '' || fields.get('again') !== chosen)
      return ask(token, language, [WORDS[language].differ]);
    const asked = await askUser(RESET, { token, new: chosen }, context);
    // A password that is refused leaves the link as good as it was.
    if (asked.kind === 'bad-input') return ask(token, language, reasons(asked.problems, language));
    if (asked.kind !== 'data') return notDone(asked, language);
    const { data } = reset.safeParse(asked.data);
    if (!data) return notDone({ kind: 'failed' }, language);
    return data.resetPassword.__typename === 'InvalidToken' ? usedUp(language) : done(language);
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
    title: 'Choose a new password',
    chosen: 'New password',
    again: 'The same again',
    button: 'Change the password',
    differ: 'Enter the same new password twice.',
    refused: 'This password cannot be used. Choose another one.',
    done: 'Your password is changed',
    doneText: 'Every device is signed out. Sign in with the new password at',
    used: 'This link does not work any more',
    usedText: 'It was used already, or is too old. Ask for another one by `requestPasswordReset`, at',
  },
  ko: {
    title: '새 비밀번호 설정',
    chosen: '새 비밀번호',
    again: '새 비밀번호 확인',
    button: '비밀번호 변경',
    differ: '새 비밀번호를 두 번 똑같이 입력해 주세요.',
    refused:
      '사용할 수 없는 비밀번호입니다. 10자 이상 256자 이하로, 흔한 비밀번호나 이름 또는 이메일 주소만으로 된 것이 아닌 비밀번호를 입력해 주세요.',
    done: '비밀번호가 변경되었습니다',
    doneText: '모든 기기에서 로그아웃되었습니다. 새 비밀번호로 로그인해 주세요:',
    used: '더 이상 쓸 수 없는 링크입니다',
    usedText: '이미 사용했거나 기한이 지났습니다. `requestPasswordReset`으로 새 링크를 요청해 주세요:',
  },
} satisfies Record<Language, object>;

const GRAPHQL = markup`<a href="/graphql">/graphql</a>`;

/** The user service says why in English; in Korean all the rules are told instead. */
const reasons = (problems: string[], language: Language): string[] =>
  language === 'en' && problems.length > 0
    ? problems.map((problem) => `${WORDS.en.chosen}: ${problem}`)
    : [WORDS[language].refused];

/** @param problems of what was sent before; undefined when nothing was. What was typed is not shown again. */
function ask(token: string, language: Language, problems?: string[]): Page {
  const words = WORDS[language];
  return {
    status: problems ? 400 : 200,
    title: words.title,
    hasForm: true,
    content: markup`<h1>${words.title}</h1>
${(problems ?? []).map((reason) => markup`<p class="problem" role="alert">${reason}</p>`)}
<form method="post" action="/reset-password">
<input type="hidden" name="token" value="${token}">
<label>${words.chosen} <input type="password" name="new" autocomplete="new-password" required></label>
<label>${words.again} <input type="password" name="again" autocomplete="new-password" required></label>
<button>${words.button}</button>
</form>`,
  };
}

function done(language: Language): Page {
  const words = WORDS[language];
  return {
    title: words.done,
    content: markup`<h1>${words.done}</h1>
<p>${words.doneText} ${GRAPHQL}</p>`,
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
