const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

class Markup {
  constructor(readonly source: string) {}
}

function render(value: unknown): string {
  if (value instanceof Markup) return value.source;
  if (Array.isArray(value)) return value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A template whose values are escaped, unless they are such templates themselves. */
export function markup(strings: TemplateStringsArray, ...values: unknown[]): Markup {
  return new Markup(strings.reduce((all, part, index) => all + render(values[index - 1]) + part));
}

/** A whole document, as text. */
export function document(title: string, content: Markup): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
button { display: block; width: 100%; margin: .5rem 0; padding: .75rem; font: inherit; border: 1px solid #999; border-radius: .5rem; background: #fff; cursor: pointer; }
button.pay { background: #fee500; border-color: #e0ca00; font-weight: 600; }
label { display: block; margin: .25rem 0; }
input:not([type=radio]), select { display: block; width: 100%; box-sizing: border-box; padding: .5rem; font: inherit; }
.problem { color: #b00020; }
dt { color: #666; } dd { margin: 0 0 .5rem; font-weight: 600; }
code { background: #f2f2f2; padding: 0 .25rem; }
</style>
</head>
<body>
${content}
</body>
</html>
`.source;
}
