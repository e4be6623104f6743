const NAME = /-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)\.json$/;

/** Of the names of files, that of the latest results, of whatever scenario; undefined when there are none. */
export const newestResults = (names: string[]): string | undefined =>
  names
    .filter((name) => NAME.test(name))
    .toSorted((one, other) => (at(one) < at(other) ? -1 : 1))
    .at(-1);

const at = (name: string): string => NAME.exec(name)?.[1] ?? '';
