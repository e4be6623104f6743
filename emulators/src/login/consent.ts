import { z } from 'zod';
import { document, markup } from '../html.js';
import { html, type Answer, type Request } from '../http.js';
import type { Authorization } from './authorization.js';

/** How the form of one provider looks. */
export interface ConsentForm {
  provider: string;
  /** The test people: the value of `person`, and how each is described. */
  people: Record<string, string>;
  /** The values of `email_state`, and what each means. */
  emailStates: Record<string, string>;
  /** What a typed id has to look like, and how that is said. */
  id: { pattern: RegExp; hint: string };
}

/** What a person pressed and typed; what was left empty is undefined. */
export interface Consent {
  agrees: boolean;
  person?: string;
  id?: string;
  nickname?: string;
  email?: string;
  emailState?: string;
}

interface Problem {
  problem: string;
}

const typed = (max: number) =>
  z
    .string()
    .max(max, `at most ${max} characters`)
    .transform((text) => (text.trim() === '' ? undefined : text.trim()))
    .optional();

/** The form's fields; an empty form agrees as the first of the test people. */
export function readConsent(form: ConsentForm, body: string): Consent | Problem {
  const schema = z.object({
    decision: z.enum(['agree', 'cancel'], 'agree or cancel').default('agree'),
    person: z.enum(Object.keys(form.people), 'there is no such person').optional(),
    id: typed(64).refine((id) => id === undefined || form.id.pattern.test(id), form.id.hint),
    nickname: typed(100),
    email: typed(320),
    email_state: z.enum(['', ...Object.keys(form.emailStates)], 'there is no such choice').default(''),
  });
  const parsed = schema.safeParse(Object.fromEntries(new URLSearchParams(body)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { decision, person, id, nickname, email, email_state } = parsed.data;
  return {
    agrees: decision === 'agree',
    ...(person !== undefined && { person }),
    ...(id !== undefined && { id }),
    ...(nickname !== undefined && { nickname }),
    ...(email !== undefined && { email }),
    ...(email_state !== '' && { emailState: email_state }),
  };
}

/** The page on which a person agrees or cancels: a plain form, posted to its own address. */
export function consentPage(
  form: ConsentForm,
  { path, query, body }: Request,
  { clientId, redirectUri, scopes }: Authorization,
  problem?: string,
): Answer {
  const before = new URLSearchParams(body);
  const text = (name: string, label: string) =>
    markup`<label>${label} <input name="${name}" value="${before.get(name) ?? ''}"></label>`;
  const content = markup`<h1>Sign in with ${form.provider} <small>(emulated)</small></h1>
<dl>
<dt>Application</dt><dd>${clientId}</dd>
<dt>Leads back to</dt><dd>${redirectUri}</dd>
<dt>Asks for</dt><dd>${scopes.length === 0 ? 'whatever it is set up for' : scopes.join(' ')}</dd>
</dl>
${problem === undefined ? '' : markup`<p class="problem">${problem}</p>`}
<form method="post" action="${path}?${query.toString()}">
${Object.entries(form.people).map(
  ([person, description], index) =>
    markup`<label><input type="radio" name="person" value="${person}"${index === 0 ? markup` checked` : ''}> ${description}</label>`,
)}
<p>Or someone else: with an id of your own, nothing is taken from the choice above.</p>
${text('id', `Id (${form.id.hint})`)}
${text('nickname', 'Nickname')}
${text('email', 'E-mail')}
<label>The e-mail <select name="email_state">
<option value="">as it is by default</option>
${Object.entries(form.emailStates).map(([state, meaning]) => markup`<option value="${state}">${meaning}</option>`)}
</select></label>
<button class="pay" name="decision" value="agree">Agree</button>
<button name="decision" value="cancel">Cancel</button>
</form>`;
  return html(problem === undefined ? 200 : 400, document(`${form.provider} (emulated)`, content));
}

/** The provider's own page for a request that it does not lead back from. */
export function refusalPage(provider: string, code: string, meaning: string): Answer {
  const content = markup`<h1>${provider} <small>(emulated)</small></h1>
<p class="problem">${meaning} <code>${code}</code></p>`;
  return html(400, document(`${provider} (emulated)`, content));
}
