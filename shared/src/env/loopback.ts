/** As the hosts of http, since only those are brought into one form: 127.1, 0x7f000001. */
const hostOf = (url: string) => URL.parse(url.trim().replace(/^\w+:/, 'http:'))?.hostname ?? '';

/** Whether a URL of any scheme leads to the machine itself, where emulators are. */
export const isLoopback = (url: string): boolean =>
  /^(127\.[\d.]+|0\.0\.0\.0|\[::1?\]|\[::ffff:7f.*|(.+\.)?localhost\.?)$/.test(hostOf(url));
