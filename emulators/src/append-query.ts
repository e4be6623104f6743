/** Appends parameters to an address as text: re-encoding by URLSearchParams would change what the merchant put there. */
export function appendQuery(url: string, parameters: Record<string, string>): string {
  const [address = '', ...fragment] = url.split('#');
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const separator = address.includes('?') ? '&' : '?';
  return [`${address}${separator}${added.join('&')}`, ...fragment].join('#');
}
