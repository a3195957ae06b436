// Which language the page is sent in next time.
const A_YEAR = 365 * 24 * 60 * 60;
const LONGEST_MS = 8000;

/** Lets the server know: it reads the cookie before it sends the page. Then a reload brings the page in it. */
export async function chooseLanguage(name) {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `todo_language=${encodeURIComponent(name)}; Path=/; Max-Age=${A_YEAR}; SameSite=Lax${secure}`;
  if (name !== document.documentElement.lang) await renewKept();
}

// The service worker keeps the page as it was, in the language before.
async function renewKept() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  const worker = registration?.active ?? registration?.waiting ?? registration?.installing;
  if (!worker) return;
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => {
    port1.onmessage = resolve;
    setTimeout(resolve, LONGEST_MS);
  });
  worker.postMessage({ type: 'refresh' }, [port2]);
  await answered;
}
