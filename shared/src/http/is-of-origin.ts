/**
 * Whether a URL is at an origin that a setting allows. Whoever sends people or secrets there also has to refuse user
 * info (`https://allowed.example@elsewhere.example`), which is no part of an origin.
 *
 * @param origin `https://shop.example`; a port of `*` is any (`http://localhost:*`).
 */
export function isOfOrigin(url: URL, origin: string): boolean {
  // Not `url.origin`: that of `blob:https://a.example/1` is https://a.example.
  if (!origin.endsWith(':*')) return `${url.protocol}//${url.host}` === origin;
  return `${url.protocol}//${url.hostname}` === origin.slice(0, -2);
}
