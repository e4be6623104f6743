export { openChangeFeed } from './change-feed.js';
export type { ChangeFeed, ChangeFeedOptions, Watch } from './change-feed.js';
export type { Whoever } from './watched.js';
export { openNewest } from './newest.js';
export type { Newest } from './newest.js';
export { openNotices } from './notices.js';
export type { Notices } from './notices.js';
