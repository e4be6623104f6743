import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import { letter } from './letter.js';
import type { Compose } from './letters.js';

const content = z.object({ token: z.string().regex(/^[\w-]{43}$/) });

interface Words {
  subject: string;
  paragraphs: string[];
  label: string;
}

/** A letter with a link of one use; the token is in the link and nowhere else. */
const linkLetter =
  (path: string, words: Record<Language, Words>): Compose =>
  (mail, { publicUrl }) => {
    const { language } = mail;
    const { token } = content.parse(mail.content);
    const { subject, paragraphs, label } = words[language];
    const url = `${publicUrl.replace(/\/$/, '')}${path}?token=${token}`;
    return Promise.resolve(letter({ language, subject, paragraphs, button: { label, url } }));
  };

export const signUp = linkLetter('/verify-email', {
  en: {
    subject: 'Confirm your address to finish signing up',
    paragraphs: [
      'Someone, you we hope, is signing up at Stampede with this address.',
      'If it was not you, there is nothing to do: without this link there is no account.',
    ],
    label: 'Confirm the address',
  },
  ko: {
    subject: '이메일 주소를 확인하고 가입을 완료해 주세요',
    paragraphs: [
      '이 이메일 주소로 Stampede 가입 요청이 접수되었습니다.',
      '본인이 요청하지 않았다면 이 메일을 무시하셔도 됩니다. 링크를 열지 않으면 계정이 만들어지지 않습니다.',
    ],
    label: '이메일 주소 확인',
  },
});

export const resetPassword = linkLetter('/reset-password', {
  en: {
    subject: 'Choose a new password',
    paragraphs: [
      'Someone asked for a new password for your account at Stampede.',
      'If it was not you, there is nothing to do: your password stays as it is.',
    ],
    label: 'Choose a new password',
  },
  ko: {
    subject: '비밀번호를 새로 설정해 주세요',
    paragraphs: [
      'Stampede 계정의 비밀번호 재설정 요청이 접수되었습니다.',
      '본인이 요청하지 않았다면 이 메일을 무시하셔도 됩니다. 비밀번호는 바뀌지 않습니다.',
    ],
    label: '비밀번호 재설정',
  },
});

export const verifyAddress = linkLetter('/verify-email', {
  en: {
    subject: 'Confirm your address',
    paragraphs: [
      'This address was given for an account at Stampede.',
      'If it was not you, there is nothing to do: without this link it is not added.',
    ],
    label: 'Confirm the address',
  },
  ko: {
    subject: '이메일 주소를 확인해 주세요',
    paragraphs: [
      'Stampede 계정에 이 이메일 주소가 등록되었습니다.',
      '본인이 등록하지 않았다면 이 메일을 무시하셔도 됩니다. 링크를 열지 않으면 주소가 추가되지 않습니다.',
    ],
    label: '이메일 주소 확인',
  },
});
