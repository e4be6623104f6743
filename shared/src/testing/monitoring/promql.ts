import { parser } from '@prometheus-io/lezer-promql';

type Tree = ReturnType<typeof parser.parse>;
type Node = Tree['topNode'];

export interface Matcher {
  label: string;
  op: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** One metric that an expression asks for, and the labels that have to be on it. */
export interface Selector {
  metric: string;
  matchers: Matcher[];
  /** What it is grouped by, here or further out. */
  grouped: string[];
}

/** What Grafana puts in before it asks: any durations will do, and the variable of a service for all of them. */
const VARIABLES: Record<string, string> = {
  $__rate_interval: '1m',
  $__range: '30m',
  $service: '.+',
};

/** @throws SyntaxError naming the place, when it is no PromQL. */
export function selectorsOf(expression: string): Selector[] {
  const text = Object.entries(VARIABLES).reduce(
    (all, [name, value]) => all.replaceAll(name, value),
    expression,
  );
  const selectors: Selector[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new SyntaxError(`not PromQL at ${from}, before "${text.slice(to, to + 20)}"`);
      if (type.name === 'VectorSelector') selectors.push(selectorOf(node, text));
    },
  });
  return selectors;
}

const written = (text: string, { from, to }: Node): string => text.slice(from, to);

function selectorOf(node: Node, text: string): Selector {
  const name = node.getChild('Identifier');
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return {
    metric: name ? written(text, name) : '',
    matchers: matchers.map((matcher) => matcherOf(matcher, text)),
    grouped: groupedAround(node, text),
  };
}

function matcherOf(node: Node, text: string): Matcher {
  const part = (name: string): string => {
    const child = node.getChild(name);
    return child ? written(text, child) : '';
  };
  const value = JSON.parse(part('StringLiteral')) as string;
  return { label: part('LabelName'), op: part('MatchOp') as Matcher['op'], value };
}

function groupedAround(node: Node, text: string): string[] {
  const labels = new Set<string>();
  for (let outer = node.parent; outer; outer = outer.parent) {
    const modifier = outer.getChild('AggregateModifier');
    if (!modifier?.getChild('By')) continue;
    for (const label of modifier.getChild('GroupingLabels')?.getChildren('LabelName') ?? []) {
      labels.add(written(text, label));
    }
  }
  return [...labels];
}
