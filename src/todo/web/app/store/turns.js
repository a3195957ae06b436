/** Lets pieces of work take turns: each begins when the one before it ended, whatever became of that. */
export function makeTurns() {
  let last = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

/** A pause that ends early when `wake` is called. */
export class Pause {
  wait(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake() {}
}

/** How long to wait after so many failures: at random, so that not everybody comes back at once. */
export function backoff(failures, most = 10000) {
  return Math.random() * Math.min(most, 500 * 2 ** Math.min(failures, 10));
}
