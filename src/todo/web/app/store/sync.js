import { request } from './api.js';

/** Asks the service what changed, and applies it to the replica (docs/api/sync.md). */
export class Sync {
  /**
   * @param {(work: Function) => Promise} turn  the turns of those who write to the replica
   * @param {Function} publish  called after each page
   */
  constructor(replica, turn, publish) {
    Object.assign(this, { replica, turn, publish });
    this.begun = 0;
    this.ended = 0; // the number of the last one that came to its end
    this.next = null;
  }

  /** Everything that changed until now; resolves when it is applied. */
  run() {
    // Those who ask before the next one begins share it.
    this.next ??= this.turn(() => {
      this.next = null;
      return this.pages();
    });
    return this.next;
  }

  /** The same, for whoever has the turn. */
  async pages() {
    this.begun += 1;
    const number = this.begun;
    let more = true;
    let isFresh = false;
    while (more) {
      const { token } = this.replica;
      try {
        const { body } = await request('POST', '/v1/sync', { body: token === null ? {} : { token } });
        if (this.isStopped) return;
        this.replica.apply(body);
        more = body.more;
      } catch (error) {
        // A token that is not understood is of no use: everything anew.
        if (error.status !== 422 || isFresh) throw error;
        isFresh = true;
        this.replica.token = null;
      }
      if (!more) this.ended = number;
      this.publish();
    }
  }
}
