// The time, as the service has it: a clock that is off by hours would show the wrong day.
import { computed, signal } from './preact.js';
import { session, status } from './store/store.js';

const TICK_MS = 20_000;

const ticked = signal(Date.now());
setInterval(() => {
  ticked.value = Date.now();
}, TICK_MS);
document.addEventListener('visibilitychange', () => {
  ticked.value = Date.now();
});

/** Milliseconds since 1970, to some seconds. Whatever reads it is drawn anew as time goes by. */
export const now = computed(() => ticked.value - (status.value.clockOff ?? 0) * 1000);

/** The zone that the person lives in; of a stranger, the browser's. */
export const zone = computed(
  () => session.value?.account?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
);
