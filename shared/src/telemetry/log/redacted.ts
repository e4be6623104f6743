/** Fields that no line has, at the top and one level below: whoever logs a whole input or request by mistake. */
const PRIVATE = [
  'accessToken',
  'address',
  'authorization',
  'body',
  'cardNumber',
  'cookie',
  'email',
  'headers',
  'input',
  'name',
  'params',
  'parameters',
  'password',
  'phone',
  'recipient',
  'refreshToken',
  'secret',
  'token',
  'variables',
];

/** `name` is one of ours at the top: the name of a lock, of an error. */
export const REDACTED = PRIVATE.flatMap((field) => (field === 'name' ? [`*.name`] : [field, `*.${field}`]));
