/** What only a secret looks like, by its kind. */
const KINDS = {
  'a private key':
    /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----\s*(?:\\n|\r?\n)\s*["'`+ ]*[A-Za-z0-9+/]{40}/g,
  'a key of Toss Payments': /\b(?:live|test)_g?[sc]k_[A-Za-z0-9]{24,}/g,
  'a key of AWS': /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  'a token of GitHub': /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})/g,
  'a token of npm': /\bnpm_[A-Za-z0-9]{36}\b/g,
  'a token of Slack': /\bxox[abprs]-[A-Za-z0-9-]{20,}/g,
  'a signed token': /\beyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,}/g,
  'a password in a URL':
    /\b(?:postgres(?:ql)?|rediss?|amqps?|smtps?):\/\/[^\s:@/"'`$]*:(?!local-only-)[A-Za-z0-9+_=-]{20,}@/g,
  'a secret that is set':
    /\b[A-Z_]*(?:SECRET|PASSWORD|TOKEN|KEYS?)(?:_KEY)?["']?\s*[:=]\s*["']?(?:\w+:)?(?!local-only-)(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Z])(?=[A-Za-z0-9+/_-]*[a-z])[A-Za-z0-9+/_-]{40,}={0,2}(?![A-Za-z0-9+/_-])/g,
};

/**
 * @param {string} text of a file
 * @returns {{ line: number; kind: string }[]} without the secret itself: what is told of is written into logs
 */
export function secretsIn(text) {
  return Object.entries(KINDS).flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map(({ index }) => ({ line: text.slice(0, index).split('\n').length, kind })),
  );
}
