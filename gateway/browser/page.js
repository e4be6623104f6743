import { showGraphiql } from './graphiql.js';
import { showSandbox } from './sandbox.js';

const place = document.querySelector('#place');

if (place.dataset.show === 'sandbox') {
  showSandbox(place).catch((error) => {
    console.warn(`${error.message}: showing GraphiQL, which this server has with it`);
    return showGraphiql(place);
  });
} else {
  showGraphiql(place);
}
