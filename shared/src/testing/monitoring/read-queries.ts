import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

export interface Query {
  /** File and alert or panel. */
  where: string;
  expression: string;
  /** The labels that its words name, as in `{{ $labels.queue }}` and `{{queue}}`. */
  named: string[];
}

interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
}
interface Dashboard {
  panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
}

/** Every expression of the alerts and the dashboards. @param docker the folder `docker`. */
export function readQueries(docker: string): Query[] {
  const alerts = globSync(join(docker, 'prometheus/alerts/*.yml')).flatMap((file) =>
    (parse(readFileSync(file, 'utf8')) as Rules).groups.flatMap(({ rules }) =>
      rules.map(({ alert, expr, annotations }) => ({
        where: `${basename(file)}: ${alert}`,
        expression: expr,
        named: namesIn(Object.values(annotations), /\$labels\.(\w+)/g),
      })),
    ),
  );
  const panels = globSync(join(docker, 'grafana/dashboards/*.json')).flatMap((file) =>
    (JSON.parse(readFileSync(file, 'utf8')) as Dashboard).panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => ({
        where: `${basename(file)}: ${title}`,
        expression: expr,
        named: namesIn([legendFormat], /\{\{(\w+)\}\}/g),
      })),
    ),
  );
  return [...alerts, ...panels];
}

const namesIn = (texts: string[], name: RegExp): string[] =>
  texts.flatMap((text) => [...text.matchAll(name)].map(([, label]) => label as string));
