import { isUnavailable } from '@stampede/shared/errors';
import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import { findAccounts } from '../../account.entity.js';
import type { OpeningSale, ReadOpeningSale } from '../../reminders/opening-sales.js';
import type { Compose } from '../compose.js';
import { letter, type Letter } from '../letter.js';
import { timeInSeoul } from './times.js';

const content = z.object({
  accountId: z.guid(),
  productId: z.guid(),
  name: z.string(),
  opensAt: z.coerce.date(),
});

/** Who was told of an opening is told again of one that is so much later. */
const TOLD_AGAIN_MS = 3_600_000;

/**
 * Of the sale as it stands when it is sent. Nothing once it has opened, when it will not, or when it was moved so far
 * that its wishers are told anew; nor where there is no account any more, or none with a proven address.
 */
export const composeSaleOpening: Compose = async ({ language, content: given }, parts) => {
  const { accountId, productId, ...told } = content.parse(given);
  const sale = await saleNow(parts.readOpeningSale, productId, told);
  if (!sale || sale.opensAt.getTime() <= Date.now()) return null;
  if (sale.opensAt.getTime() - told.opensAt.getTime() >= TOLD_AGAIN_MS) return null;
  const [account] = await findAccounts(parts.database, parts.sealer, [accountId]);
  if (!account?.emailVerified) return null;
  const url = `${parts.publicUrl.replace(/\/$/, '')}/products/${productId}`;
  return { ...saleOpeningLetter(language, { ...sale, url }), to: account.email };
};

/** While catalog is away nobody changes a sale: what was told is most likely so, and a reminder cannot wait. */
async function saleNow(
  read: ReadOpeningSale,
  productId: string,
  told: OpeningSale,
): Promise<OpeningSale | null> {
  try {
    return await read(productId);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return told;
  }
}

interface Opening {
  /** Of the product, as its seller wrote it. */
  name: string;
  opensAt: Date;
  url: string;
}

const saleOpeningLetter = (language: Language, { name, opensAt, url }: Opening): Letter =>
  language === 'ko'
    ? letter({
        language,
        subject: `곧 판매가 시작됩니다: ${name}`,
        paragraphs: [
          `위시리스트에 담아 두신 상품의 판매가 곧 시작됩니다: ${name}`,
          `판매 시작: ${timeInSeoul('ko', opensAt)} (한국 시간)`,
          '수량이 한정되어 있으며, 먼저 주문하신 분께 판매됩니다.',
          '이 상품의 알림을 더 이상 받지 않으려면 위시리스트에서 빼 주세요.',
        ],
        button: { label: '상품 보기', url },
      })
    : letter({
        language,
        subject: `The sale opens soon: ${name}`,
        paragraphs: [
          `A product on your wishlist is about to go on sale: ${name}`,
          `The sale opens on ${timeInSeoul('en', opensAt)}, Korean time (UTC+9).`,
          'Its number is limited, and whoever orders first gets it.',
          'To hear no more of this product, take it off your wishlist.',
        ],
        button: { label: 'See the product', url },
      });
