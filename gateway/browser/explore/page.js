import { showGraphiql } from './graphiql.js';
import { showSandbox } from './sandbox.js';

const place = document.querySelector('#place');

async function show() {
  if (place.dataset.show === 'sandbox') {
    try {
      return await showSandbox(place);
    } catch (error) {
      console.warn(`${error.message}: GraphiQL of this server is shown`);
    }
  }
  return showGraphiql(place);
}

show().catch((error) => {
  place.textContent = `This page cannot be shown: ${error.message}.`;
});
