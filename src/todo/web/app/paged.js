// Arrays of the API that come in pages, as much of them as was asked for.
import { useEffect, useRef, useState } from './preact.js';
import { request } from './store/api.js';
import { status } from './store/store.js';

const NOTHING = { items: [], next: null, isLoading: true, error: null };

/** The items at `address`, from its first page on: `{items, isLoading, error, hasMore, more, reload}`. */
export function usePaged(address) {
  const [state, setState] = useState(NOTHING);
  const turn = useRef(0);
  const load = async (from, before) => {
    const mine = ++turn.current;
    const { shown = before.items } = before;
    setState({ ...before, items: shown, isLoading: true, error: null });
    try {
      const { body, headers } = await request('GET', from);
      if (mine !== turn.current) return;
      const items = [...before.items, ...body];
      setState({ items, next: nextOf(headers.get('Link')), isLoading: false, error: null });
    } catch (error) {
      if (mine === turn.current) setState({ ...before, items: shown, isLoading: false, error });
    }
  };
  useEffect(() => {
    if (address) load(address, NOTHING);
    return () => {
      turn.current += 1;
    };
  }, [address]);
  // What was still on its way was not in it.
  const isSending = status.value.pending > 0;
  const wasSending = useRef(isSending);
  useEffect(() => {
    if (address && wasSending.current && !isSending) load(address, { ...NOTHING, shown: state.items });
    wasSending.current = isSending;
  }, [isSending]);
  return {
    ...state,
    hasMore: state.next !== null,
    more: () => load(state.next, state),
    reload: () => load(address, NOTHING),
  };
}

function nextOf(link) {
  return link?.match(/<([^>]+)>;\s*rel="?next"?/)?.[1] ?? null;
}
