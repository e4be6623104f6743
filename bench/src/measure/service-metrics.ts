/** The sum of each named metric over its labels, from Prometheus' text; a metric that is not there is 0. */
export function readMetrics<Name extends string>(text: string, names: readonly Name[]): Record<Name, number> {
  const sums = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined && Object.hasOwn(sums, name)) sums[name as Name] += Number(value);
  }
  return sums;
}

/** Asks a service for its `/metrics`. @throws Error when it does not give them */
export async function fetchMetrics<Name extends string>(
  url: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const response = await fetch(new URL('/metrics', url));
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} gave no metrics: ${response.status}`);
  return readMetrics(text, names);
}
