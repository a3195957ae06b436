/** Whether two JSON values say the same; of objects, what is null and what is missing is alike. */
export function same(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return (a ?? null) === (b ?? null);
  if (Array.isArray(a)) return a.length === b.length && a.every((each, at) => same(each, b[at]));
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
}

/** Whether a field holds the same, however it is written: the service has a canonical form of each. */
export function sameField(name, a, b) {
  return same(canonical(name, a ?? null), canonical(name, b ?? null));
}

function canonical(name, value) {
  if (name === 'title') return value?.trim();
  if (name === 'labels') return distinct(value || []);
  if (name !== 'due' || !value) return value;
  const { date, at, time_zone: zone, recurrence } = value;
  return { date, at: at?.slice(0, 16), zone: at ? zone : null, rule: rule(recurrence) };
}

function rule(text) {
  return text?.toUpperCase().split(';').filter((part) => part !== 'INTERVAL=1').sort().join(';');
}

/** The names, of two that differ in case alone the first. */
export function distinct(names) {
  const seen = new Map();
  for (const name of names) {
    const key = name.trim().toLowerCase();
    if (!seen.has(key)) seen.set(key, name.trim());
  }
  return [...seen.values()];
}

/** A `due` as the service answers it: with all fields, and its moment with the offset of its zone. */
export function wholeDue(due, accountZone) {
  if (!due) return null;
  const whole = { date: null, at: null, time_zone: null, recurrence: null, ...due };
  if (!whole.at) return whole;
  whole.time_zone ||= accountZone;
  if (!/(Z|[+-]\d\d:\d\d)$/.test(whole.at)) whole.at += offset(whole.at, whole.time_zone);
  return whole;
}

/** The offset of a zone at a time of its clocks, as +01:00. */
function offset(local, zone) {
  const wanted = Date.parse(`${local}Z`);
  let ahead = 0;
  // The second time is for what is near a change of the clocks.
  for (let turn = 0; turn < 2; turn += 1) ahead = shown(wanted - ahead) - (wanted - ahead);
  const minutes = Math.round(ahead / 60000) || 0;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return (minutes < 0 ? '-' : '+') + [hours, rest].map((part) => String(part).padStart(2, '0')).join(':');

  function shown(instant) {
    try {
      const format = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
      return Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
    } catch {
      return instant; // an unknown zone, which the service refuses
    }
  }
}
