import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import { findAccountByEmail } from '../../account.entity.js';
import { findLink } from '../../mail-link.entity.js';
import { letter, type Letter } from '../letter.js';
import type { Compose } from '../compose.js';
import { linkToken, verifyUrl } from './links.js';

const content = z.object({ token: linkToken });

/** For an account that is there already; nothing, once its address has been proven somebody’s. */
export const composeVerifyAddress: Compose = async ({ to, language, content: given }, parts) => {
  const { token } = content.parse(given);
  if (await findAccountByEmail(parts.database, parts.sealer, to)) return null;
  if (!(await findLink(parts.database, parts.sealer, token, ['VERIFY']))) return null;
  return verifyAddressLetter(language, verifyUrl(parts.publicUrl, token));
};

export const verifyAddressLetter = (language: Language, url: string): Letter =>
  language === 'ko'
    ? letter({
        language,
        subject: '메일 주소를 확인해 주세요',
        paragraphs: [
          '누군가 카카오 또는 네이버로 Stampede에 로그인하면서 이 메일 주소를 자신의 주소로 알렸습니다. 본인이라면 아래 링크를 열어 확인해 주세요.',
          '링크는 24시간 동안 한 번만 사용할 수 있습니다.',
          '본인이 아니라면 링크를 열지 말고 이 메일을 무시해 주세요. 링크를 열면 그 사람의 계정이 이 주소를 쓰게 됩니다.',
        ],
        button: { label: '메일 주소 확인하기', url },
      })
    : letter({
        language,
        subject: 'Confirm your mail address',
        paragraphs: [
          'Somebody has signed in to Stampede by Kakao or Naver and named this address as theirs. If that was you, follow the link to confirm it.',
          'The link is good once, within 24 hours.',
          'If that was not you, do not follow it and ignore this mail: it would give the address to the account of whoever that was.',
        ],
        button: { label: 'Confirm the address', url },
      });
