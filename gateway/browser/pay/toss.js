// The page of a payment by Toss Payments: loads the provider's SDK, and has it open the provider's window.

const SDK_TIMEOUT_MS = 15_000;

const { sdkUrl, clientKey, amount, ...order } = JSON.parse(
  document.querySelector('#toss-payment').textContent,
);
const button = document.querySelector('#pay');

/** Shows one of the page's notes, all of which it has in the reader's language. */
function show(note) {
  for (const element of document.querySelectorAll('[data-note]')) {
    element.hidden = element.dataset.note !== note;
  }
}

function loadSdk() {
  if (window.TossPayments) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src: sdkUrl });
    const fail = () => {
      // The next press of the button tries again.
      script.remove();
      reject(new Error('the SDK cannot be loaded'));
    };
    const timer = setTimeout(fail, SDK_TIMEOUT_MS);
    script.addEventListener('load', () => {
      clearTimeout(timer);
      resolve();
    });
    script.addEventListener('error', () => {
      clearTimeout(timer);
      fail();
    });
    document.head.append(script);
  });
}

/** Leads away from this page when all is well: to the provider, and on to where the payment was started from. */
async function openWindow() {
  button.disabled = true;
  show('opening');
  try {
    await loadSdk();
    const { TossPayments } = window;
    const payment = TossPayments(clientKey).payment({ customerKey: TossPayments.ANONYMOUS });
    await payment.requestPayment({ method: 'CARD', amount: { currency: 'KRW', value: amount }, ...order });
  } catch {
    show(window.TossPayments ? 'closed' : 'unreachable');
  } finally {
    button.disabled = false;
  }
}

function rest() {
  button.disabled = false;
  show(undefined);
}

button.addEventListener('click', () => void openWindow());
// Restored as it was left: on its way to the provider.
window.addEventListener('pageshow', ({ persisted }) => persisted && rest());
rest();
// Who comes back by the browser's own button wants to leave: the provider's window would not let them.
const [navigation] = performance.getEntriesByType('navigation');
if (navigation?.type !== 'back_forward') await openWindow();
