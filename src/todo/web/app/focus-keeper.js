// When what has the focus goes away, the focus goes to what was nearest to it: the keyboard is never nowhere.
const STOPS = 'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, [tabindex="0"], h1[tabindex]';
// Whatever takes something away has its own idea first of where the focus goes.
const PATIENCE_MS = 100;

let last = null;
let waiting = 0;

/** Begins to keep it, for as long as the page is there. */
export function keepFocus() {
  document.addEventListener('focusin', ({ target }) => remember(target));
  document.addEventListener('focusout', ({ target }) => {
    // Whoever presses on nothing wants the focus nowhere.
    setTimeout(() => {
      if (target === last?.way[0] && target.isConnected && !target.disabled && isNowhere()) last = null;
    });
  });
  if (!isNowhere()) remember(document.activeElement);
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
}

// The element with all that it is in, and which child each of them is of the next.
function remember(element) {
  const way = [];
  for (let each = element; each; each = each.parentElement) way.push(each);
  last = { way, places: way.map((each) => (each.parentElement ? [...each.parentElement.children].indexOf(each) : 0)) };
}

function look() {
  if (waiting || !isLost()) return;
  waiting = setTimeout(() => {
    waiting = 0;
    if (isLost()) nearest(last)?.focus();
  }, PATIENCE_MS);
}

function isLost() {
  return last !== null && isNowhere() && (!last.way[0].isConnected || last.way[0].disabled);
}

function isNowhere() {
  return document.activeElement === document.body || document.activeElement === null;
}

function nearest({ way, places }) {
  for (const [level, box] of way.entries()) {
    if (!level || !box.isConnected) continue;
    if (box.id === 'app') break;
    const stops = [...box.querySelectorAll(STOPS)].filter(
      (each) => (each.tabIndex >= 0 || each.matches('h1')) && each.checkVisibility({ visibilityProperty: true }),
    );
    const next = box.children[places[level - 1]];
    const isAfter = (each) => next && (next.contains(each) || next.compareDocumentPosition(each) & 4);
    const found = stops.find(isAfter) ?? stops.at(-1);
    if (found) return found;
  }
  return document.querySelector('main h1');
}
