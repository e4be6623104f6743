import type { Language } from '@stampede/shared/identity';

export interface Letter {
  subject: string;
  text: string;
  html: string;
  /** Where it goes, unless that is where the mail was queued to. */
  to?: string | null;
}

export interface LetterParts {
  language: Language;
  subject: string;
  /** Plain text, one paragraph each; several together are the points of a list. */
  paragraphs: (string | readonly string[])[];
  /** The one thing to do; its address stands below it as text, too. */
  button?: { label: string; url: string };
}

const FOOTERS: Record<Language, string> = {
  en: 'Stampede sent this mail by itself; answers to it are not read.',
  ko: 'Stampede에서 자동으로 보낸 메일입니다. 회신하셔도 확인할 수 없습니다.',
};
const COPY: Record<Language, string> = {
  en: 'If the button does nothing, open this address:',
  ko: '버튼이 열리지 않으면 아래 주소로 접속해 주세요.',
};

/**
 * Writes a letter as plain text and as HTML. Whatever stands in its parts stays text: it makes no header, no
 * paragraph and no markup of its own. Mail programs do turn addresses in plain text into links, so that no letter to
 * an address that is not proven should repeat what a stranger typed.
 *
 * @throws RangeError for a button that leads anywhere but to http(s).
 */
export function letter({ language, subject, paragraphs, button }: LetterParts): Letter {
  const blocks = paragraphs.map((block) => (typeof block === 'string' ? oneLine(block) : block.map(oneLine)));
  const link = button && { label: oneLine(button.label), url: webAddress(button.url) };
  const footer = FOOTERS[language];
  const parts = [...blocks.map(textOf), ...(link ? [`${link.label}:\n${link.url}`] : []), `-- \n${footer}`];
  return {
    subject: oneLine(subject),
    text: `${parts.join('\n\n')}\n`,
    html: page(language, oneLine(subject), [
      ...blocks.map(htmlOf),
      ...(link ? [buttonOf(link.label, link.url, COPY[language])] : []),
      `<p style="margin:32px 0 0;font-size:13px;opacity:.7">${escape(footer)}</p>`,
    ]),
  };
}

/** Line ends and other control characters would begin a header or a paragraph; bidi ones would turn text around. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

function webAddress(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new RangeError('a button leads to http(s) only');
  return url.href;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const textOf = (block: string | string[]) =>
  typeof block === 'string' ? block : block.map((point) => `- ${point}`).join('\n');

const htmlOf = (block: string | string[]) =>
  typeof block === 'string'
    ? `<p style="margin:0 0 16px">${escape(block)}</p>`
    : `<ul style="margin:0 0 16px;padding-left:24px">${block.map((point) => `<li>${escape(point)}</li>`).join('')}</ul>`;

// A table cell carries the button's colour: Outlook gives links neither padding nor background.
const buttonOf = (label: string, url: string, copy: string) => `
<table role="presentation" cellpadding="0" cellspacing="0" style="margin:24px 0"><tr><td style="border-radius:8px;background:#1d5fd1">
<a href="${escape(url)}" style="display:inline-block;padding:12px 24px;border-radius:8px;background:#1d5fd1;color:#ffffff;font-weight:600;text-decoration:none">${escape(label)}</a>
</td></tr></table>
<p style="margin:0 0 16px;font-size:13px">${escape(copy)}<br><a href="${escape(url)}" style="word-break:break-all;color:inherit">${escape(url)}</a></p>`;

/** Says no colour of text or background: a reader's dark mode keeps its own. Needs no image and no stylesheet. */
const page = (language: Language, title: string, blocks: string[]) => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(title)}</title>
</head>
<body style="margin:0;padding:24px;font:16px/1.6 -apple-system,'Apple SD Gothic Neo','Malgun Gothic','Segoe UI',sans-serif">
<div style="max-width:480px;margin:0 auto;word-break:keep-all;overflow-wrap:anywhere">
${blocks.join('\n')}
</div>
</body>
</html>
`;
