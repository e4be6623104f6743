import type { Route } from '@stampede/shared/http';
import { resetPasswordPage } from './reset-password-page.js';
import { socialPage } from './social-page.js';
import { verifyEmailPage, type VerifyEmailParts } from './verify-email-page.js';

/** The pages where mails and social providers lead people to who have no client of their own. */
export const accountPages = ({
  publicUrl,
  ...parts
}: VerifyEmailParts & { publicUrl: string }): Record<string, Route> => ({
  '/verify-email': verifyEmailPage(parts),
  '/reset-password': resetPasswordPage(parts),
  '/social': socialPage(publicUrl),
  '/social/kakao': socialPage(publicUrl, 'KAKAO'),
  '/social/naver': socialPage(publicUrl, 'NAVER'),
});
