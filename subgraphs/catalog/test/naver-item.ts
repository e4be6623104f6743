import type { Offer } from '../src/price-comparison/price-source.js';

/** As the service answered, shortened. */
export const ITEM = {
  title: '나이키 <b>에어</b> <b>맥스</b> 90 &amp; 박스',
  link: 'https://search.shopping.naver.com/gate.nhn?id=82694551234',
  image: 'https://shopping-phinf.pstatic.net/main_8269455/82694551234.jpg',
  lprice: '129000',
  hprice: '',
  mallName: '네이버',
  productId: '82694551234',
  productType: '1',
  brand: '나이키',
  maker: '나이키',
  category1: '패션잡화',
};
export const OFFER: Offer = {
  title: '나이키 에어 맥스 90 & 박스',
  shop: '네이버',
  price: 129_000,
  url: ITEM.link,
};
