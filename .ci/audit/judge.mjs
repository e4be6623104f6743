/**
 * @typedef {{ id: string; package: string; reason: string; until: string }} Exception
 * An advisory that is lived with until a day (`2027-01-31`), and why.
 */

/** Of packages that only build and test, what somebody else would have to be let in for is looked at later. */
const BAR = {
  production: ['info', 'low', 'moderate', 'high', 'critical'],
  development: ['high', 'critical'],
};

/**
 * What is wrong with what `npm audit --json` found.
 *
 * @param {{ production: object; development: object }} reports the one with `--omit=dev`, and the whole
 * @param {Exception[]} exceptions
 * @param {string} today as `2026-11-22`
 * @returns {string[]} one problem each: an advisory without an exception, an exception that has ended or names nothing
 */
export function judge(reports, exceptions, today) {
  const found = new Map();
  for (const [kind, report] of Object.entries(reports)) {
    for (const advisory of advisoriesOf(report)) {
      if (BAR[kind].includes(advisory.severity)) found.set(`${advisory.id} ${advisory.package}`, advisory);
    }
  }
  const excepted = new Set(exceptions.map((each) => `${each.id} ${each.package}`));
  return [
    ...[...found]
      .filter(([key]) => !excepted.has(key))
      .map(([, { id, package: name, severity, title }]) => `${id}: ${name} (${severity}): ${title}`),
    ...exceptions.flatMap((each) => {
      if (!each.reason) return [`${each.id}: the exception of ${each.package} has no reason`];
      if (!/^\d{4}-\d{2}-\d{2}$/.test(each.until ?? ''))
        return [`${each.id}: the exception of ${each.package} has no day`];
      if (each.until < today) return [`${each.id}: the exception of ${each.package} ended on ${each.until}`];
      if (!found.has(`${each.id} ${each.package}`))
        return [`${each.id}: nothing needs the exception of ${each.package}`];
      return [];
    }),
  ];
}

/** A package that is affected only by what it depends on names that instead of an advisory. */
function advisoriesOf({ vulnerabilities = {} }) {
  return Object.values(vulnerabilities).flatMap(({ via = [] }) =>
    via
      .filter((each) => typeof each === 'object')
      .map(({ url = '', name, severity, title }) => ({
        id: url.split('/').at(-1),
        package: name,
        severity,
        title,
      })),
  );
}

/** Whether a report is one: a registry that keeps no advisories answers with an error. */
export const isReport = (report) => report?.auditReportVersion === 2;
