// Part of `npm run check`: whether Prometheus and Grafana would take what docker/ has for them, as far as can be said
// without them; and whether a person who is called by an alert finds what to do. That what queries ask for is really
// there is a test, on a shop that runs (gateway/test/access.test.ts).
import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { readQueries, selectorsOf } from '../shared/dist/testing/monitoring/index.js';

const duration = z.string().regex(/^\d+[smhd]$/);
const folder = 'docker';

const rules = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string(),
        rules: z
          .array(
            z.strictObject({
              alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
              expr: z.string().min(1),
              for: duration.optional(),
              labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
              annotations: z.strictObject({
                summary: z.string().min(1),
                description: z.string().includes('{{ $value'),
                runbook: z.string(),
              }),
            }),
          )
          .min(1),
      }),
    )
    .length(1),
});

const prometheus = z.strictObject({
  global: z.record(z.string().regex(/^(scrape|evaluation)_(interval|timeout)$/), duration),
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      dns_sd_configs: z.array(
        z.strictObject({
          names: z.array(z.string()),
          type: z.literal('A'),
          port: z.int(),
          refresh_interval: duration,
        }),
      ),
    }),
  ),
});

const datasource = z.looseObject({ type: z.literal('prometheus'), uid: z.literal('prometheus') });
const panel = z
  .looseObject({
    id: z.int(),
    title: z.string().min(1),
    type: z.enum(['row', 'timeseries', 'stat', 'bargauge']),
    gridPos: z.strictObject({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
    datasource: datasource.optional(),
    targets: z
      .array(z.strictObject({ refId: z.string(), expr: z.string().min(1), legendFormat: z.string() }))
      .optional(),
  })
  .refine(
    ({ type, targets, datasource }) => type === 'row' || (targets?.length && datasource),
    'asks nothing',
  )
  .refine(({ gridPos: { x, w } }) => x + w <= 24, 'is out of the grid');
const dashboard = z.looseObject({
  uid: z.string().regex(/^stampede-/),
  title: z.string(),
  schemaVersion: z.int(),
  panels: z
    .array(panel)
    .refine((panels) => new Set(panels.map(({ id }) => id)).size === panels.length, 'ids are not unique')
    .refine(
      (panels) => !panels.some((one, index) => panels.slice(index + 1).some((other) => overlap(one, other))),
      'panels overlap',
    ),
});

/** @param {{ gridPos: Record<'x' | 'y' | 'w' | 'h', number> }} one @param {typeof one} other */
function overlap({ gridPos: one }, { gridPos: other }) {
  return ['x', 'y'].every((side, index) => {
    const length = ['w', 'h'][index];
    return one[side] < other[side] + other[length] && other[side] < one[side] + one[length];
  });
}

const provisioned = z.looseObject({ apiVersion: z.literal(1) });

const problems = [];

/** @param {string} pattern @param {z.ZodType} schema */
function check(pattern, schema) {
  const files = globSync(`${folder}/${pattern}`);
  if (files.length === 0) problems.push(`${folder}/${pattern}: there is none`);
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const result = schema.safeParse(file.endsWith('.json') ? JSON.parse(text) : parse(text));
    for (const { path, message } of result.error?.issues ?? []) {
      problems.push(`${file}: ${path.join('.')}: ${message}`);
    }
    return result.success ? [result.data] : [];
  });
}

check('prometheus/prometheus.yml', prometheus);
check('grafana/provisioning/*/*.yml', provisioned);
check('grafana/dashboards/*.json', dashboard);
const alerts = check('prometheus/alerts/*.yml', rules).flatMap(({ groups }) =>
  groups.flatMap((group) => group.rules),
);

const names = alerts.map(({ alert }) => alert);
const headings = [...readFileSync('docs/alerts.md', 'utf8').matchAll(/^### (\w+)$/gm)].map(
  ([, name]) => name,
);
for (const name of names.filter((name, index) => names.indexOf(name) !== index)) {
  problems.push(`${name}: two alerts have this name`);
}
for (const { alert, annotations } of alerts) {
  if (!headings.includes(alert)) problems.push(`docs/alerts.md: has nothing of ${alert}`);
  if (annotations.runbook !== `docs/alerts.md#${alert.toLowerCase()}`) {
    problems.push(`${alert}: its runbook is another one's`);
  }
}
for (const name of headings) {
  if (!names.includes(name)) problems.push(`docs/alerts.md: there is no alert ${name}`);
}

for (const { where, expression } of readQueries(folder)) {
  try {
    if (selectorsOf(expression).length === 0) problems.push(`${where}: asks for no metric`);
  } catch (error) {
    problems.push(`${where}: ${error.message}`);
  }
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
