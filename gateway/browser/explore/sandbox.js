import { FIRST_OPERATIONS } from './first-operations.js';
import { loadScript } from './load.js';
import { SOCKET_URL } from './fetcher.js';

const SCRIPT = 'https://embeddable-sandbox.cdn.apollographql.com/v2/embeddable-sandbox.umd.production.min.js';
const FRAME_ORIGIN = 'https://sandbox.embed.apollographql.com';

/** Where packets are dropped rather than refused, nothing else would end the wait. */
const SCRIPT_WITHIN_MS = 4_000;
const FRAME_WITHIN_MS = 10_000;

/** Shows Apollo Sandbox. @throws Error when its script or its page cannot be reached */
export async function showSandbox(place) {
  await within(SCRIPT_WITHIN_MS, loadScript(SCRIPT));
  const greeted = frameGreets();
  const sandbox = new window.EmbeddedSandbox({
    target: place,
    initialEndpoint: new URL('/graphql', location.href).href,
    initialSubscriptionEndpoint: SOCKET_URL,
    initialState: { document: FIRST_OPERATIONS },
    endpointIsEditable: false,
    runTelemetry: false,
  });
  try {
    await within(FRAME_WITHIN_MS, greeted);
  } catch (error) {
    sandbox.dispose();
    place.replaceChildren();
    throw error;
  }
}

/** Sandbox is a page in a frame; the first thing that it does is to look for the page around it. */
const frameGreets = () =>
  new Promise((resolve) => {
    const listen = ({ origin }) => {
      if (origin !== FRAME_ORIGIN) return;
      window.removeEventListener('message', listen);
      resolve();
    };
    window.addEventListener('message', listen);
  });

function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('Apollo Sandbox does not answer')), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
