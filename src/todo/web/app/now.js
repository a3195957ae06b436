// The time, as the service has it: a clock that is off by hours would show the wrong day.
import { today as dayIn } from './dates.js';
import { computed, signal } from './preact.js';
import { session, status } from './store/store.js';

const TICK_MS = 20_000;
const MINUTE_MS = 60_000;

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

/** The minute that it is: whatever reads it is drawn anew once a minute. */
export const minute = computed(() => Math.floor(now.value / MINUTE_MS) * MINUTE_MS);

/** The person's day. It is another one at their midnight, also while the page is open. */
export const today = computed(() => dayIn(minute.value, zone.value));
