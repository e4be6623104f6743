import { fetcher } from './fetcher.js';
import { FIRST_OPERATIONS } from './first-operations.js';
import { loadScript, loadStyle } from './load.js';

// Looked up by the editor, which runs its language services in workers.
window.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_, label) =>
    label === 'json' || label === 'graphql' ? `/graphiql/${label}.worker.js` : '/graphiql/editor.worker.js',
};

/** Shows GraphiQL; nothing of it comes from another server. */
export async function showGraphiql(place) {
  await Promise.all([loadStyle('/graphiql/bundle.css'), loadScript('/graphiql/bundle.js')]);
  window.YogaGraphiQL.renderYogaGraphiQL(place, {
    fetcher,
    title: 'Stampede',
    logo: '<span></span>',
    defaultQuery: FIRST_OPERATIONS,
    // By itself it would put every key stroke into the address, and so into logs.
    onEditQuery: () => undefined,
  });
}
