const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML that is safe to put into a page. */
export class Markup {
  constructor(readonly source: string) {}
}

/** A template whose values are escaped, unless they are such templates themselves. */
export function markup(strings: TemplateStringsArray, ...values: (string | Markup | Markup[])[]): Markup {
  const safe = values.map((value) => [value].flat().map(sourceOf).join('\n'));
  return new Markup(String.raw({ raw: strings }, ...safe));
}

const sourceOf = (value: string | Markup) => (value instanceof Markup ? value.source : escape(value));
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
