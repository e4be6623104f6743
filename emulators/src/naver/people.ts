import type { Consent, ConsentForm } from '../login/consent.js';

/** A profile as `/v1/nid/me` answers it. Naver guarantees the id only, and never says whether an e-mail is verified. */
export interface NaverPerson {
  id: string;
  nickname?: string;
  name?: string;
  email?: string;
  gender?: 'F' | 'M' | 'U';
  age?: string;
  birthday?: string;
  birthyear?: string;
  mobile?: string;
  profile_image?: string;
}

const PEOPLE: Record<string, NaverPerson> = {
  sora: {
    id: 'nS0raHanAv3r0000000000000000000000000000001',
    nickname: '소라',
    name: '한소라',
    email: 'sora@stampede.test',
    gender: 'F',
    age: '20-29',
    birthday: '10-01',
    birthyear: '1999',
    mobile: '010-0000-0001',
    profile_image: 'https://ssl.pstatic.net/static/pwe/address/img_profile.png',
  },
  dohyun: { id: 'nD0hyunNav3r000000000000000000000000000002', nickname: '도현', email: 'dohyun@naver.test' },
  yuna: { id: 'nYunaNav3r00000000000000000000000000000003', nickname: '유나' },
  silent: { id: 'nS1lentNav3r000000000000000000000000000004' },
};

export const FORM: ConsentForm = {
  provider: 'Naver',
  people: {
    sora: 'Sora: shares all that Naver knows',
    dohyun: 'Dohyun: shares nickname and e-mail',
    yuna: 'Yuna: does not share the e-mail',
    silent: 'Somebody who shares nothing but the id',
  },
  emailStates: { shared: 'is shared', none: 'is not shared' },
  id: { pattern: /^[\w-]{1,64}$/, hint: '1 to 64 letters, digits, _ and -' },
};

/** Whom the form means: one of the test people, what was typed going over it, or someone new by a typed id. */
export function personOf({ person = 'sora', id, nickname, email, emailState }: Consent): NaverPerson {
  const known = id === undefined ? PEOPLE[person] : undefined;
  const { email: usual, ...rest } = known ?? { id: id ?? '' };
  const shared = emailState === 'none' ? undefined : (email ?? usual);
  return {
    ...rest,
    ...(nickname !== undefined && { nickname }),
    ...(shared !== undefined && { email: shared }),
  };
}
