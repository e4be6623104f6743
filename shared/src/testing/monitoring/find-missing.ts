import { selectorsOf, type Matcher, type Selector } from './promql.js';
import type { Query } from './read-queries.js';

type Labels = Record<string, string>;
/** By name: the labels of each series. */
type Series = Map<string, Labels[]>;

/** What Prometheus adds to whatever it scrapes, and what it makes by itself. */
const ADDED: Labels = { job: 'job', instance: 'instance' };
const ITS_OWN = new Set(['up', 'ALERTS']);

/** Reads what `/metrics` says. */
export function readSeries(texts: readonly string[]): Series {
  const series: Series = new Map();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [
      label,
      value,
    ]);
    const known = series.get(name);
    const found = { ...ADDED, ...(Object.fromEntries(pairs) as Labels) };
    if (known) known.push(found);
    else series.set(name, [found]);
  }
  return series;
}

/** What a query names and no series has, one line each. */
export function findMissing({ where, expression, named }: Query, series: Series): string[] {
  const selectors = selectorsOf(expression).filter(({ metric }) => !ITS_OWN.has(metric));
  const missing = selectors.flatMap((selector) => missingOf(selector, series));
  const unnamed = named.filter(
    (label) => selectors.length > 0 && !selectors.some((one) => mayName(one, label, series)),
  );
  return [...missing, ...unnamed.map((label) => `its words name the label ${label}`)].map(
    (problem) => `${where}: ${problem}`,
  );
}

function missingOf({ metric, matchers, grouped }: Selector, series: Series): string[] {
  const all = series.get(metric);
  if (!all) return [`there is no ${metric}`];
  const labels = [...grouped, ...matchers.map(({ label }) => label)];
  const without = labels.filter((label) => !all.some((one) => label in one));
  if (without.length > 0) return without.map((label) => `${metric} has no label ${label}`);
  return choicesOf(matchers)
    .filter((choice) => !all.some((one) => choice.every((matcher) => fits(one, matcher))))
    .map(
      (choice) => `no ${metric} with ${choice.map(({ label, op, value }) => label + op + value).join(', ')}`,
    );
}

/** Of `a|b` each has to be there: half of a sum that is missing is missed by nobody. */
function choicesOf(matchers: readonly Matcher[]): Matcher[][] {
  return matchers.reduce<Matcher[][]>(
    (choices, matcher) => {
      const isList = matcher.op === '=~' && /^[\w-]+(\|[\w-]+)+$/.test(matcher.value);
      const each = isList ? matcher.value.split('|').map((value) => ({ ...matcher, value })) : [matcher];
      return choices.flatMap((choice) => each.map((one) => [...choice, one]));
    },
    [[]],
  );
}

function fits(labels: Labels, { label, op, value }: Matcher): boolean {
  const found = labels[label] ?? '';
  const isMatch = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(found) : found === value;
  return op.startsWith('!') ? !isMatch : isMatch;
}

/** Once it is grouped, there is nothing left but what it is grouped by. */
const mayName = ({ metric, grouped }: Selector, label: string, series: Series): boolean =>
  grouped.length > 0 ? grouped.includes(label) : (series.get(metric) ?? []).some((one) => label in one);
