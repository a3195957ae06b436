// A field that is edited in place: what is written is a draft until it is kept.
import { useEffect, useRef, useState } from '../preact.js';

/**
 * `value` is what there is, and `save(text)` keeps another. While somebody edits, changes of others do not touch the
 * draft; it is kept on `keep()`, when the page is put away, and when the field goes, and only if it was changed.
 */
export function useDraft(value, save) {
  const [draft, setDraft] = useState(null);
  const now = useRef({});
  now.current = { ...now.current, draft, value, save };
  const begin = () => {
    now.current.base = value;
    setDraft(value);
  };
  const store = () => {
    const { draft: text, base, save: keepIt } = now.current;
    if (text === null || text === undefined || text === base) return;
    now.current.base = text;
    keepIt(text);
  };
  const end = () => {
    now.current.draft = null;
    setDraft(null);
  };
  useEffect(() => {
    const away = () => document.visibilityState === 'hidden' && store();
    document.addEventListener('visibilitychange', away);
    return () => {
      document.removeEventListener('visibilitychange', away);
      store();
    };
  }, []);
  return {
    text: draft ?? value,
    isEditing: draft !== null,
    begin,
    write: (text) => {
      now.current.draft = text;
      setDraft(text);
    },
    keep: () => {
      store();
      end();
    },
    giveUp: end,
  };
}
