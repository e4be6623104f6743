/**
 * @typedef {{ id: string; packages: string[]; fixed: string; about: string }} Named
 * An advisory that this project names, and the version of our line that is without it. Older lines that were mended,
 * too, are not gone back to: the one number is enough.
 */

/**
 * What of the named advisories a lock file brings back.
 *
 * @param {Named[]} named
 * @param {{ packages: Record<string, { version?: string }> }} lock of `package-lock.json`
 * @returns {string[]} one problem each
 */
export function broughtBack(named, lock) {
  return named.flatMap(({ id, packages, fixed, about }) =>
    packages.flatMap((name) => {
      const installed = Object.entries(lock.packages).filter(
        ([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`),
      );
      // A name that nothing has would be watched in vain.
      if (installed.length === 0) return [`${id}: ${name} is not installed`];
      return installed
        .filter(([, { version = '' }]) => isBefore(version, fixed))
        .map(([path, { version }]) => `${id}: ${path} is ${version}, and mended in ${fixed} (${about})`);
    }),
  );
}

/** By the three numbers; what comes before a release of that number is before it. */
function isBefore(version, fixed) {
  const [numbers, early] = version.split('-');
  const [mine, theirs] = [numbers, fixed].map((each) => each.split('.').map(Number));
  const at = mine.findIndex((number, place) => number !== theirs[place]);
  return at < 0 ? early !== undefined : mine[at] < theirs[at];
}
