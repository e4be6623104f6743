import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import { findAccountByEmail } from '../../account.entity.js';
import { findLink } from '../../mail-link.entity.js';
import { letter, type Letter } from '../letter.js';
import type { Compose } from '../letters.js';
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
          '이 메일 주소가 Stampede 계정에 등록되었습니다. 아래 링크를 열어 본인의 주소임을 확인해 주세요.',
          '링크는 24시간 동안 한 번만 사용할 수 있습니다.',
          '직접 등록하지 않으셨다면 링크를 열지 말고 이 메일을 무시해 주세요.',
        ],
        button: { label: '메일 주소 확인하기', url },
      })
    : letter({
        language,
        subject: 'Confirm your mail address',
        paragraphs: [
          'An account at Stampede names this address. Follow the link to confirm that it is yours.',
          'The link is good once, within 24 hours.',
          'If that was not you, do not follow it and ignore this mail.',
        ],
        button: { label: 'Confirm the address', url },
      });
