// What is being dragged, for whoever shows where it would go.
import { signal } from '../preact.js';

/** `{ids, rows, index, depth, day, listId}`: among which rows, before which, how deep; or to which list. Or null. */
export const dragging = signal(null);
