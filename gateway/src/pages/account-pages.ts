import type { Route } from '@stampede/shared/http';
import { inRouteSpan } from './in-route-span.js';
import type { openLimitPages } from './limit-pages.js';
import { resetPasswordPage } from './reset-password-page.js';
import { socialPage } from './social-page.js';
import { verifyEmailPage, type VerifyEmailParts } from './verify-email-page.js';

/** The pages where mails and social providers lead people to who have no client of their own. */
export const accountPages = ({
  publicUrl,
  pages,
  ...parts
}: VerifyEmailParts & { publicUrl: string; pages: ReturnType<typeof openLimitPages> }): Record<
  string,
  Route
> => ({
  '/verify-email': inRouteSpan('/verify-email', pages.form(verifyEmailPage(parts))),
  '/reset-password': inRouteSpan('/reset-password', pages.form(resetPasswordPage(parts))),
  '/social': socialPage(publicUrl),
  '/social/kakao': socialPage(publicUrl, 'KAKAO'),
  '/social/naver': socialPage(publicUrl, 'NAVER'),
});
