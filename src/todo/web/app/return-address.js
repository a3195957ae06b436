// Where somebody wanted to go who had to come in first.
import { route } from './router.js';

/** A door's address that leads to `wanted` afterwards. */
export function by(door, wanted) {
  return wanted && wanted !== '/today' ? `${door}?then=${encodeURIComponent(wanted)}` : door;
}

/** The address that was wanted; never one of another host. */
export function wanted() {
  const { then } = route.value.query;
  if (!then) return '/today';
  try {
    const target = new URL(then, location.origin);
    return target.origin === location.origin ? target.pathname + target.search : '/today';
  } catch {
    return '/today';
  }
}
