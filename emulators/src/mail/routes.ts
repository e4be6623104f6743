import { document, markup } from '../html.js';
import { html, json, type Answer, type Request } from '../http.js';
import { inboxPage, mailPage } from './inbox-page.js';
import type { Mail, MailBox } from './mail-box.js';

const PAGE = /^\/mail\/inbox\/(\d{1,15})$/;

/** What was mailed: for tests under /mail, for people under /mail/inbox. */
export function answerMail(mailBox: MailBox, { method, path, query }: Request): Answer {
  if (method !== 'GET') return json(404, { error: 'NOT_FOUND' });
  const to = query.get('to') || null;
  if (path === '/mail') return json(200, mailsTo(mailBox, to).map(published));
  if (path === '/mail/inbox') return html(200, inboxPage(mailsTo(mailBox, to), to));
  const mail = mailBox.byId(Number(PAGE.exec(path)?.[1]));
  if (mail) return html(200, mailPage(mail));
  return html(404, document('Not found', markup`<h1>There is no such mail</h1>`));
}

/** A `+` that nobody encoded arrives as a space, which no address has but in quotes. */
const mailsTo = (mailBox: MailBox, to: string | null): Mail[] =>
  mailBox.list(to === null ? null : to.trim().replaceAll(' ', '+'));

const published = ({ to, subject, text, html: page, links }: Mail) => ({
  to,
  subject,
  text,
  html: page,
  links,
});
