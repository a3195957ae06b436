// Which language the page is sent in next time.
const A_YEAR = 365 * 24 * 60 * 60;

/** Lets the server know: it reads the cookie before it sends the page. */
export function chooseLanguage(name) {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  const isAnother = name !== document.documentElement.lang;
  document.cookie = `todo_language=${encodeURIComponent(name)}; Path=/; Max-Age=${A_YEAR}; SameSite=Lax${secure}`;
  // What is kept of the page is in the language of before.
  if (isAnother) navigator.serviceWorker?.controller?.postMessage({ type: 'refresh' });
}
