// What the browser's tab says.
import { useEffect } from './preact.js';

/** Names the document for as long as the view is there. */
export function useTitle(text) {
  useEffect(() => {
    document.title = text ? `${text} · To-do` : 'To-do';
  }, [text]);
}
