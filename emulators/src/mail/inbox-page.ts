import { document, markup } from '../html.js';
import type { Mail } from './mail-box.js';

/** Newest first. */
export function inboxPage(mails: Mail[], to: string | null): string {
  const items = mails.map(
    (mail) => markup`<dt>${timeOf(mail)} · ${mail.to}</dt>
<dd><a href="/mail/inbox/${mail.id}">${mail.subject || '(no subject)'}</a></dd>`,
  );
  return document(
    'Mail box',
    markup`<h1>Mail box</h1>
<form method="get" action="/mail/inbox"><label>To <input type="email" name="to" value="${to ?? ''}"></label> <input type="submit" value="Show"></form>
${items.length > 0 ? markup`<dl>${items}</dl>` : markup`<p>There is no mail here yet. Reload to look again.</p>`}`,
  );
}

/** Its text, its links, and its HTML in a frame that runs nothing and leads nowhere. */
export function mailPage(mail: Mail): string {
  return document(
    mail.subject || 'Mail',
    markup`<p><a href="/mail/inbox">Mail box</a></p>
<h1>${mail.subject || '(no subject)'}</h1>
<dl><dt>To</dt><dd>${mail.to}</dd><dt>From</dt><dd>${mail.from}</dd><dt>Received</dt><dd>${timeOf(mail)}</dd></dl>
${mail.links.length > 0 ? markup`<h2>Links</h2><ul>${mail.links.map(linkTo)}</ul>` : ''}
<h2>Text</h2>
<pre style="white-space:pre-wrap;overflow-wrap:anywhere">${mail.text}</pre>
${mail.html ? markup`<h2>HTML</h2><iframe sandbox="" srcdoc="${mail.html}" title="The mail as HTML" style="width:100%;height:30rem;border:1px solid #999"></iframe>` : ''}`,
  );
}

const linkTo = (link: string) =>
  markup`<li style="overflow-wrap:anywhere"><a href="${link}" rel="noreferrer">${link}</a></li>`;

const timeOf = ({ receivedAt }: Mail): string => receivedAt.toISOString().slice(0, 19).replace('T', ' ');
