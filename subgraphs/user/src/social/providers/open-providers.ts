import { SocialProvider } from '../../profile/user.type.js';
import { openKakao } from './kakao.js';
import type { LoginProvider } from './login-provider.js';
import { openNaver } from './naver.js';

const TIMEOUT_MS = 5_000;

/** Null for one that is switched off. */
export type LoginProviders = Record<SocialProvider, LoginProvider | null>;

export interface ProvidersEnv {
  NODE_ENV: string;
  KAKAO_ISSUER: string;
  KAKAO_API_URL: string;
  KAKAO_CLIENT_ID?: string | undefined;
  KAKAO_CLIENT_SECRET?: string | undefined;
  NAVER_ISSUER: string;
  NAVER_API_URL: string;
  NAVER_CLIENT_ID?: string | undefined;
  NAVER_CLIENT_SECRET?: string | undefined;
}

/** Opens the providers that have a client id; nothing is asked of them yet. */
export function openProviders(env: ProvidersEnv, timeoutMs = TIMEOUT_MS): LoginProviders {
  const shared = { allowHttp: env.NODE_ENV !== 'production', timeoutMs };
  const kakao = {
    issuer: env.KAKAO_ISSUER,
    apiUrl: env.KAKAO_API_URL,
    clientSecret: env.KAKAO_CLIENT_SECRET,
  };
  const naver = {
    issuer: env.NAVER_ISSUER,
    apiUrl: env.NAVER_API_URL,
    clientSecret: env.NAVER_CLIENT_SECRET,
  };
  return {
    KAKAO: env.KAKAO_CLIENT_ID ? openKakao({ ...shared, ...kakao, clientId: env.KAKAO_CLIENT_ID }) : null,
    NAVER: env.NAVER_CLIENT_ID ? openNaver({ ...shared, ...naver, clientId: env.NAVER_CLIENT_ID }) : null,
  };
}
