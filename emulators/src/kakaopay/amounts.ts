/** Sums of money in won, as KakaoPay breaks them down. */
export interface Amount {
  total: number;
  tax_free: number;
  vat: number;
  point: number;
  discount: number;
  green_deposit: number;
}

export function amountOf(total: number, tax_free: number, vat: number, green_deposit = 0): Amount {
  return { total, tax_free, vat, point: 0, discount: 0, green_deposit };
}

export const nothing: Amount = amountOf(0, 0, 0);

/** An eleventh of what is taxed, which is what KakaoPay assumes when the merchant does not say. */
export function vatOf(total: number, taxFree: number): number {
  return Math.round((total - taxFree) / 11);
}

export function plus(a: Amount, b: Amount): Amount {
  return combine(a, b, 1);
}

export function minus(a: Amount, b: Amount): Amount {
  return combine(a, b, -1);
}

function combine(a: Amount, b: Amount, sign: 1 | -1): Amount {
  return {
    total: a.total + sign * b.total,
    tax_free: a.tax_free + sign * b.tax_free,
    vat: a.vat + sign * b.vat,
    point: a.point + sign * b.point,
    discount: a.discount + sign * b.discount,
    green_deposit: a.green_deposit + sign * b.green_deposit,
  };
}
