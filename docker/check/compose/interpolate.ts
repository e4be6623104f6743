import type { Value } from '../documents.ts';

/** `${NAME}`, `${NAME:-default}`, and `$$` for a dollar: all of Compose's interpolation that our files use. */
const VARIABLE = /\$\$|\$\{(?<name>\w+)(?::-(?<otherwise>[^}]*))?\}/g;

/** A copy of a Compose file's value in which each text has its variables' values. @throws Error for another form */
export function interpolate(value: Value, variables: Record<string, string>): Value {
  if (typeof value === 'string') return interpolateText(value, variables);
  if (Array.isArray(value)) return value.map((entry) => interpolate(entry, variables));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, entry]) => [name, interpolate(entry, variables)]);
  return Object.fromEntries(entries);
}

function interpolateText(text: string, variables: Record<string, string>): string {
  if (text.replace(VARIABLE, '').includes('$'))
    throw new Error(`${text}: a variable in a form not known here`);
  return text.replace(VARIABLE, (whole, ...rest) => {
    if (whole === '$$') return '$';
    const { name, otherwise } = rest.at(-1) as { name: string; otherwise?: string };
    return variables[name] || otherwise || '';
  });
}
