import type { Language } from '@stampede/shared/identity';
import type { Asked } from './ask-user.js';
import { markup } from './markup.js';
import type { Page } from './page.js';

/** 32 bytes in base64url; what has another shape is no link of ours, and nobody is asked about it. */
const TOKEN = /^[\w-]{43}$/;

/** The one token of an address or a form; undefined when there is none, or no one. */
export function tokenOf(parameters: URLSearchParams): string | undefined {
  const [token = '', ...others] = parameters.getAll('token');
  return others.length === 0 && TOKEN.test(token) ? token : undefined;
}

interface Words {
  broken: [title: string, text: string];
  again: [title: string, text: string];
  unknown: [title: string, text: string];
  failed: [title: string, text: string];
}

const WORDS: Record<Language, Words> = {
  en: {
    broken: ['This link is not whole', 'Copy all of it from the mail, or ask for a new one.'],
    again: [
      'This is not possible at the moment',
      'Nothing was changed. Wait a little, go back and try again: the link stays good.',
    ],
    unknown: [
      'It is not known whether this was done',
      'No answer came. Wait a little, go back and try again: if it was done, you will read that the link does not work any more.',
    ],
    failed: ['Something went wrong on our side', 'Go back and try again later.'],
  },
  ko: {
    broken: ['링크가 온전하지 않습니다', '메일의 링크 전체를 복사해 열거나, 새 링크를 요청해 주세요.'],
    again: [
      '지금은 처리할 수 없습니다',
      '아무것도 바뀌지 않았습니다. 잠시 후 뒤로 돌아가 다시 시도해 주세요. 링크는 계속 쓸 수 있습니다.',
    ],
    unknown: [
      '처리되었는지 알 수 없습니다',
      '응답을 받지 못했습니다. 잠시 후 뒤로 돌아가 다시 시도해 주세요. 이미 처리되었다면 더 이상 쓸 수 없는 링크라고 표시됩니다.',
    ],
    failed: ['문제가 생겼습니다', '뒤로 돌아가 나중에 다시 시도해 주세요.'],
  },
};

const plain = ([title, text]: [string, string], status: number): Page => ({
  status,
  title,
  content: markup`<h1>${title}</h1>
<p>${text}</p>`,
});

export const brokenLink = (language: Language): Page => plain(WORDS[language].broken, 400);

/** By then what was sent has been done, or never will be. */
const UNKNOWN_RETRY_S = 10;

const later = (words: [string, string], retryAfterS: number): Page => ({
  ...plain(words, 503),
  headers: { 'retry-after': String(retryAfterS) },
});

/** What a page shows when the user service did not say what became of it. */
export function notDone(asked: Exclude<Asked, { kind: 'data' }>, language: Language): Page {
  const { again, unknown, failed } = WORDS[language];
  if (asked.kind === 'unavailable') return later(again, Math.ceil(asked.retryAfterMs / 1_000));
  if (asked.kind === 'unknown') return later(unknown, UNKNOWN_RETRY_S);
  return plain(failed, 500);
}
