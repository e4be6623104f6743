/** What KakaoPay and Toss Payments show of an item's name, in UTF-16 units. */
const LENGTH = 100;

/** An item's name as providers take it. By whole characters: half of a surrogate pair is not text. */
export function shortItemName(name: string): string {
  if (name.length <= LENGTH) return name;
  return name.slice(0, LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '') + '…';
}
