// Dragging tasks: by the handle with a mouse or pen, after a long press with a finger.
import { effect } from '../preact.js';
import { dragging } from './dragging.js';

const SLOP_PX = 6;
const LONG_PRESS_MS = 350;
const INDENT_PX = 28;
const EDGE_PX = 60;

/**
 * Begins where a pointer was pressed on a row. `ids` are the tasks that go along, `depth` is how deep the row lies,
 * `rowsElement` holds the rows. `drop` is told where it ended; nothing where it was given up.
 */
export function beginDrag(event, { ids, depth, rowsElement, drop }) {
  const isTouch = event.pointerType === 'touch';
  if (event.button !== 0 || (!isTouch && !event.target.closest('[data-handle]'))) return;
  if (event.target.closest('.task-edit')) return;
  const start = { x: event.clientX, y: event.clientY };
  const isRightToLeft = getComputedStyle(rowsElement).direction === 'rtl';
  let isDragging = false;
  let last = start;
  let frame = 0;
  const wait = isTouch ? setTimeout(() => lift(), LONG_PRESS_MS) : 0;

  function lift() {
    isDragging = true;
    getSelection()?.removeAllRanges();
    navigator.vibrate?.(10);
    document.documentElement.dataset.dragging = 'true';
    update();
    frame = requestAnimationFrame(scrollAtEdges);
  }

  function move(now) {
    last = { x: now.clientX, y: now.clientY };
    const far = Math.hypot(last.x - start.x, last.y - start.y) > SLOP_PX;
    if (!isDragging && isTouch && far) return end();
    if (!isDragging && far) lift();
    if (isDragging) update();
    return undefined;
  }

  function update() {
    const under = document.elementFromPoint(last.x, last.y);
    const list = under?.closest('[data-drop-list]');
    if (list && !rowsElement.contains(list)) {
      dragging.value = { ids, rows: rowsElement, listId: list.dataset.dropList, index: -1, depth: 0 };
      return;
    }
    const day = under?.closest('[data-drop-day]')?.dataset.dropDay ?? null;
    const rows = [...rowsElement.querySelectorAll('[data-id]')].filter((row) => !ids.has(row.dataset.id));
    let index = rows.findIndex((row) => {
      const box = row.getBoundingClientRect();
      return last.y < box.top + box.height / 2;
    });
    if (index < 0) index = rows.length;
    const across = (last.x - start.x) * (isRightToLeft ? -1 : 1);
    const deep = Math.max(0, depth + Math.round(across / INDENT_PX));
    const now = dragging.value;
    if (now?.index === index && now.depth === deep && now.day === day && !now.listId) return;
    dragging.value = { ids, rows: rowsElement, index, depth: deep, listId: null, day, before: rows[index]?.dataset.id ?? null };
  }

  function scrollAtEdges() {
    const up = EDGE_PX - last.y;
    const down = last.y - (innerHeight - EDGE_PX);
    if (up > 0 || down > 0) {
      scrollBy(0, up > 0 ? -up / 4 : down / 4);
      update();
    }
    frame = requestAnimationFrame(scrollAtEdges);
  }

  function end(isDropped = false) {
    clearTimeout(wait);
    cancelAnimationFrame(frame);
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', up);
    removeEventListener('pointercancel', cancel);
    removeEventListener('keydown', escape, true);
    removeEventListener('touchmove', hold);
    delete document.documentElement.dataset.dragging;
    const at = dragging.value;
    dragging.value = null;
    if (isDropped && at) drop(at);
  }

  function up() {
    if (isDragging) swallowClick();
    end(isDragging);
  }

  const cancel = () => end();

  function escape(pressed) {
    if (pressed.key !== 'Escape') return;
    pressed.preventDefault();
    pressed.stopPropagation();
    end();
  }

  // Once a row is lifted, the finger moves it and not the page.
  function hold(touched) {
    if (isDragging) touched.preventDefault();
  }

  addEventListener('pointermove', move);
  addEventListener('pointerup', up);
  addEventListener('pointercancel', cancel);
  addEventListener('keydown', escape, true);
  addEventListener('touchmove', hold, { passive: false });
}

// What is let go is no click on what lies below.
function swallowClick() {
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', swallow, true), 0);
}

effect(() => {
  for (const marked of document.querySelectorAll('[data-drop-here]')) delete marked.dataset.dropHere;
  const at = dragging.value;
  if (at?.listId) {
    const target = document.querySelector(`[data-drop-list="${CSS.escape(at.listId)}"]`);
    if (target) target.dataset.dropHere = 'true';
  }
});
