import { markup } from './markup.js';
import { page } from './page.js';

/** `/`: where to go from here. */
export const homePage = page(() => ({
  title: 'Stampede',
  content: markup`<h1>Stampede</h1>
<p>Limited stock, unlimited buyers. The API is at <a href="/graphql">/graphql</a>.</p>`,
}));
