const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
};
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&()*+,;=%]+/gi;

/** Every http(s) address in a mail, once, in the order of the text. */
export function linksIn(text: string, html: string): string[] {
  const plain = html.replace(/&(?:amp|quot|#39|lt|gt);/g, (entity) => ENTITIES[entity] ?? '');
  const found = [...text.matchAll(ADDRESS), ...plain.matchAll(ADDRESS)].map(([address]) => address);
  // What ends the sentence does not belong to the address.
  return [...new Set(found.map((address) => address.replace(/[.,;:!?)\]]+$/, '')))];
}
