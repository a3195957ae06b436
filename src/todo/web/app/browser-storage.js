// What the browser keeps for the page: for all of its tabs, or for this one. Where it may keep nothing, nothing is kept.

/** Kept until it is removed. */
export const local = box('localStorage');

/** Kept until the tab is closed. */
export const ofTab = box('sessionStorage');

function box(name) {
  return {
    get(key) {
      try {
        return JSON.parse(globalThis[name].getItem(key));
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        globalThis[name].setItem(key, JSON.stringify(value));
      } catch {
        // It is forbidden or full: known until the page is closed.
      }
    },
    remove(key) {
      try {
        globalThis[name].removeItem(key);
      } catch {
        // There was nothing to remove.
      }
    },
  };
}
