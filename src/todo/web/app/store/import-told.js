import { signal } from '../preact.js';

/** What the service said last of how far an import is; null until it says something. */
export const importTold = signal(null);
