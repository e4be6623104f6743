/** Where Apollo Sandbox comes from: its script, and the page that the script puts into a frame. */
const SANDBOX_SCRIPT = 'https://embeddable-sandbox.cdn.apollographql.com';
const SANDBOX_FRAME = 'https://sandbox.embed.apollographql.com';

export type Shown = 'sandbox' | 'graphiql';

/** What a page may load and run: ours, and for Sandbox what is Apollo's. */
export function policyOf(shown: Shown): string {
  const sandbox = shown === 'sandbox';
  return [
    "default-src 'none'",
    `script-src 'self'${sandbox ? ` ${SANDBOX_SCRIPT}` : ''}`,
    // The editor sets the styles of what it draws.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "worker-src 'self'",
    "connect-src 'self'",
    ...(sandbox ? [`frame-src ${SANDBOX_FRAME}`] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The page around either: its script decides, and falls back from Sandbox to GraphiQL. */
export const pageOf = (shown: Shown): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stampede</title>
<link rel="icon" href="data:,">
<style>
html, body, #place { height: 100%; margin: 0; }
#place > iframe { width: 100%; height: 100%; border: 0; }
</style>
</head>
<body>
<noscript>This page needs JavaScript; the API needs none.</noscript>
<div id="place" data-show="${shown}"></div>
<script type="module" src="/graphiql/page.js"></script>
</body>
</html>
`;
