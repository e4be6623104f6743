export { isOfOrigin } from './is-of-origin.js';
export { listen } from './listen.js';
export type { HttpListener, Route, UpgradeRoute } from './listen.js';
export { BodyEncoded, BodyTooLarge, readBody } from './read-body.js';
export { refuseUpgrade } from './refuse-upgrade.js';
export { respond } from './respond.js';
export { operatorRoutes } from './operator-routes.js';
