import type { Consent, ConsentForm } from '../login/consent.js';

export const EMAIL_STATES = {
  verified: 'is valid and verified',
  unverified: 'is valid, but not verified',
  invalid: 'is not valid any more: another account took it',
  none: 'is not shared',
} as const;

export type EmailState = keyof typeof EMAIL_STATES;

export interface KakaoPerson {
  /** Digits of a number that may be larger than JavaScript's safe integers. */
  id: string;
  nickname: string;
  email?: string;
  emailState: EmailState;
}

const PEOPLE: Record<string, KakaoPerson> = {
  sora: { id: '2814000001', nickname: '한소라', email: 'sora@stampede.test', emailState: 'verified' },
  minjun: { id: '2814000002', nickname: '김민준', email: 'minjun@stampede.test', emailState: 'unverified' },
  jiwoo: { id: '2814000003', nickname: '이지우', email: 'jiwoo@stampede.test', emailState: 'none' },
  haneul: { id: '1376016924426111111', nickname: '하늘', emailState: 'none' },
};

export const FORM: ConsentForm = {
  provider: 'Kakao',
  people: {
    sora: 'Sora: a verified e-mail',
    minjun: 'Minjun: an e-mail that is not verified',
    jiwoo: 'Jiwoo: does not share the e-mail',
    haneul: 'Haneul: has no e-mail, and a long id',
  },
  emailStates: EMAIL_STATES,
  id: { pattern: /^[1-9]\d{0,18}$/, hint: '1 to 19 digits' },
};

/** Whom the form means: one of the test people, what was typed going over it, or someone new by a typed id. */
export function personOf({ person = 'sora', id, nickname, email, emailState }: Consent): KakaoPerson {
  const known = id === undefined ? PEOPLE[person] : undefined;
  const address = email ?? known?.email;
  return {
    id: id ?? known?.id ?? '1',
    nickname: nickname ?? known?.nickname ?? `kakao-${id}`,
    ...(address !== undefined && { email: address }),
    emailState:
      (emailState as EmailState | undefined) ??
      (email === undefined ? known?.emailState : undefined) ??
      'verified',
  };
}
