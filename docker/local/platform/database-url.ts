/** The address of a database as another role than the administrator. */
export function roleUrl(adminUrl: string, database: string, role: string, password: string): string {
  const url = new URL(databaseUrl(adminUrl, database));
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.href;
}

/** The address of a database of the same server, as the same role. */
export function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}
