import { createHash } from 'node:crypto';

/** What `exclude` can leave out, and what it cannot. */
export type Kind = 'new' | 'used' | 'rental' | 'cbshop';

/** An item as the service's JSON has it: prices and ids are texts, and `hprice` is empty unless shops are compared. */
export interface Item {
  title: string;
  link: string;
  image: string;
  lprice: string;
  hprice: string;
  mallName: string;
  productId: string;
  productType: string;
  brand: string;
  maker: string;
  category1: string;
  category2: string;
  category3: string;
  category4: string;
}

const MALLS = ['네이버', '한강상회', 'Seoul & Sons', '부산마켓', '달빛스토어', '제주창고', 'Namsan Select'];

/** Rows of the service's table: 1 is new and compared across shops, 2 new, 5 used, 8 discontinued, 11 planned. */
const SHAPES: readonly { kind: Kind; productType: string; suffix: string }[] = [
  { kind: 'new', productType: '1', suffix: '' },
  { kind: 'new', productType: '2', suffix: ' 정품' },
  { kind: 'new', productType: '3', suffix: ' &amp; 기프트' },
  { kind: 'new', productType: '2', suffix: ' 새상품' },
  { kind: 'used', productType: '5', suffix: ' 중고' },
  { kind: 'rental', productType: '2', suffix: ' 렌탈' },
  { kind: 'cbshop', productType: '2', suffix: ' 해외직구' },
  { kind: 'new', productType: '8', suffix: ' 단종' },
  { kind: 'new', productType: '11', suffix: ' 출시예정' },
];

/** What shops offer under a name: the same name, the same offers. One of them has no price, as the service's have at times. */
export function offersFor(query: string): { kind: Kind; item: Item }[] {
  const digest = createHash('sha256').update(query).digest();
  const base = 10_000 + 100 * (digest.readUInt16BE(0) % 1_900);
  return SHAPES.map(({ kind, productType, suffix }, index) => {
    const price = Math.round((base * (80 + ((digest[index + 2] ?? 0) % 41))) / 1_000) * 10;
    const productId = String(80_000_000_000 + digest.readUInt32BE(index + 8));
    return {
      kind,
      item: {
        title: `${inBold(query)}${suffix}`,
        link: `https://smartstore.naver.test/products/${productId}`,
        image: `https://shopping-phinf.naver.test/main/${productId}.jpg`,
        lprice: index === 3 ? '0' : String(price),
        hprice: productType === '1' ? String(price + 5_000) : '',
        mallName: MALLS[index % MALLS.length] ?? '',
        productId,
        productType,
        brand: '',
        maker: '',
        category1: '패션잡화',
        category2: '',
        category3: '',
        category4: '',
      },
    };
  });
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** The words that were found stand in `<b>`, and what is markup in them is escaped. */
const inBold = (query: string): string =>
  query
    .trim()
    .split(/\s+/)
    .map((word) => `<b>${word.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')}</b>`)
    .join(' ');
