/**
 * The tabs of one person in one browser: they hear of each other, and one of them leads.
 * @param {(message: any) => void} heard
 * @param {() => void} lead  called when this tab leads, which is until it is closed
 * @returns {Promise<{say(message), leave()}>}  when it is known whether it leads from the start
 */
export async function joinTabs(name, heard, lead) {
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(name) : null;
  const leaving = new AbortController();
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  if (channel) channel.onmessage = ({ data }) => heard(data);
  // No locks where the page is not secure: each tab sends, and the keys keep it from being done twice.
  if (!navigator.locks || (await isFree())) lead();
  else wait();
  return {
    say: (message) => channel?.postMessage(message),
    leave() {
      channel?.close();
      leaving.abort();
      release();
    },
  };

  function isFree() {
    return new Promise((resolve) => {
      const take = (lock) => {
        resolve(lock !== null);
        return lock && held;
      };
      navigator.locks.request(name, { ifAvailable: true }, take).catch(() => resolve(true));
    });
  }

  function wait() {
    const take = () => {
      lead();
      return held;
    };
    navigator.locks.request(name, { signal: leaving.signal }, take).catch(() => {});
  }
}
