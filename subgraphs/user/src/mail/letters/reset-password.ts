import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import { findAccountByEmail } from '../../account.entity.js';
import { findLink } from '../../mail-link.entity.js';
import { letter, type Letter } from '../letter.js';
import type { Compose } from '../compose.js';
import { linkToken, resetUrl } from './links.js';

const content = z.object({ token: linkToken });

/** Nothing where there is no account, and when the link has ended while the mail was waiting. */
export const composeResetPassword: Compose = async ({ to, language, content: given }, parts) => {
  const { token } = content.parse(given);
  const account = await findAccountByEmail(parts.database, parts.sealer, to);
  if (!account?.emailVerified) return null;
  if (!(await findLink(parts.database, parts.sealer, token, ['RESET']))) return null;
  // Not as it was typed: two ways of writing an address may be two mail boxes to their server.
  return { ...resetLetter(language, resetUrl(parts.publicUrl, token)), to: account.email };
};

const resetLetter = (language: Language, url: string): Letter =>
  language === 'ko'
    ? letter({
        language,
        subject: 'Stampede 비밀번호 재설정',
        paragraphs: [
          '아래 링크를 열면 새 비밀번호를 정할 수 있습니다. 정하고 나면 모든 기기에서 로그아웃됩니다.',
          '링크는 1시간 동안 한 번만 사용할 수 있습니다.',
          '직접 요청하지 않으셨다면 이 메일을 무시하셔도 됩니다. 비밀번호는 그대로입니다.',
        ],
        button: { label: '비밀번호 재설정하기', url },
      })
    : letter({
        language,
        subject: 'Reset your password at Stampede',
        paragraphs: [
          'Follow the link to set a new password. It signs all of your devices out.',
          'The link is good once, within an hour.',
          'If you did not ask for it, ignore this mail: your password has not changed.',
        ],
        button: { label: 'Set a new password', url },
      });
