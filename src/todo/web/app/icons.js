// Small drawings of 24 by 24, in the colour of the text around them. They are never read aloud.
import { html } from './preact.js';

const SHAPES = {
  add: 'M12 5v14M5 12h14',
  activity: 'M3 12h4l3-8 4 16 3-8h4',
  back: 'M15 5l-7 7 7 7',
  bell: 'M6 17V11a6 6 0 0112 0v6l2 2H4zM10 21h4',
  calendar: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  chevron: 'M9 6l6 6-6 6',
  clock: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5l3 2',
  concealed: 'M4 4l16 16M9.9 5.600A9 9 0 0112 5.400c6 0 9.500 6.600 9.500 6.600a16 16 0 01-3 3.700M6.300 7.500A16 16 0 002.500 12S6 18.600 12 18.600a9 9 0 004-1M10 10a3 3 0 004.100 4.200',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  down: 'M6 9l6 6 6-6',
  drag: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  flag: 'M6 21V4h11l-2 4 2 4H6',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1 2h4l1-2h5',
  keyboard: 'M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 15h8',
  label: 'M4 4h8l8 8-8 8-8-8zM8 8h.01',
  leave: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  link: 'M10 14a4 4 0 005.7 0l3-3a4 4 0 00-5.7-5.700l-1 1M14 10a4 4 0 00-5.7 0l-3 3a4 4 0 005.7 5.700l1-1',
  list: 'M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 016 0v3',
  menu: 'M4 7h16M4 12h16M4 17h16',
  minus: 'M6 12h12',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  notes: 'M5 7h14M5 12h14M5 17h9',
  offline: 'M3 3l18 18M8.5 16.500a5 5 0 017 0M5 13a10 10 0 014-2.400M19 13a10 10 0 00-2.6-1.800M12 20h.01',
  person: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4 21a8 8 0 0116 0',
  people: 'M9 12a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20a6.5 6.5 0 0113 0M16 5.500a3.3 3.3 0 010 6.300M18 14.500a6 6 0 013.5 5.5',
  repeat: 'M17 3l3 3-3 3M20 6H8a4 4 0 00-4 4v1M7 21l-3-3 3-3M4 18h12a4 4 0 004-4v-1',
  restore: 'M4 12a8 8 0 108-8H6M9 1L6 4l3 3',
  search: 'M11 18a7 7 0 100-14 7 7 0 000 14zM20 20l-4-4',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM9 19.500a2.5 2.5 0 100-5 2.5 2.5 0 000 5z',
  share: 'M12 15V4M8 7l4-4 4 4M5 12v8h14v-8',
  shown: 'M2.5 12S6 5.400 12 5.400 21.5 12 21.5 12 18 18.600 12 18.600 2.5 12 2.5 12zM12 15a3 3 0 100-6 3 3 0 000 6z',
  subtask: 'M5 4v9a3 3 0 003 3h4M16 19.500a3.5 3.5 0 100-7 3.5 3.5 0 000 7z',
  sun: 'M12 16a4 4 0 100-8 4 4 0 000 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.400M17.6 17.600L19 19M5 19l1.4-1.400M17.6 6.400L19 5',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  warning: 'M12 4L2.5 20h19zM12 10v4M12 17h.01',
};

/** The drawing of this name. */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${SHAPES[name]} /></svg>`;
}
