import { json, jsonText, type Answer } from '../http.js';
import type { Grant } from '../login/grants.js';
import type { KakaoPerson } from './people.js';

export const DEFAULT_IMAGE =
  'http://img1.kakaocdn.net/thumb/R110x110.q70/?fname=http://t1.kakaocdn.net/account_images/default_profile.jpeg';

export function sharesEmail({ authorization, person }: Grant<KakaoPerson>): boolean {
  const asked = authorization.scopes.includes('account_email');
  return asked && person.email !== undefined && person.emailState !== 'none';
}

/** `/v2/user/me`: what the person does not share is left out, and named as needing agreement. */
export function userMe(grant: Grant<KakaoPerson>, connectedAt: Date): Answer {
  const { authorization, person } = grant;
  const nickname = authorization.scopes.includes('profile_nickname');
  const image = authorization.scopes.includes('profile_image');
  const rest = {
    connected_at: connectedAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    properties: {
      ...(nickname && { nickname: person.nickname }),
      ...(image && { profile_image: DEFAULT_IMAGE, thumbnail_image: DEFAULT_IMAGE }),
    },
    kakao_account: {
      profile_nickname_needs_agreement: !nickname,
      profile_image_needs_agreement: !image,
      profile: {
        ...(nickname && { nickname: person.nickname }),
        ...(image && { thumbnail_image_url: DEFAULT_IMAGE, profile_image_url: DEFAULT_IMAGE }),
        ...(image && { is_default_image: true }),
        ...(nickname && { is_default_nickname: false }),
      },
      ...emailOf(grant),
    },
  };
  // The id is a 64-bit number: it is written as its digits, for JavaScript would round a long one.
  return jsonText(200, `{"id":${person.id},${JSON.stringify(rest).slice(1)}`);
}

function emailOf(grant: Grant<KakaoPerson>): Record<string, unknown> {
  const { email, emailState } = grant.person;
  if (email === undefined) return { has_email: false, email_needs_agreement: false };
  if (!sharesEmail(grant)) return { has_email: true, email_needs_agreement: true };
  return {
    has_email: true,
    email_needs_agreement: false,
    is_email_valid: emailState !== 'invalid',
    is_email_verified: emailState !== 'unverified',
    email,
  };
}

/** `/v1/oidc/userinfo`: the same in the words of OpenID Connect. */
export function userInfo(grant: Grant<KakaoPerson>): Answer {
  const { authorization, person } = grant;
  return json(200, {
    sub: person.id,
    ...(authorization.scopes.includes('profile_nickname') && { nickname: person.nickname }),
    ...(authorization.scopes.includes('profile_image') && { picture: DEFAULT_IMAGE }),
    ...(sharesEmail(grant) && {
      email: person.email,
      email_verified: person.emailState === 'verified',
    }),
  });
}
