// For now: English as it stands.
const filled = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
export const language = document.documentElement.lang;
export const t = (text, values) => filled(text, values);
export const tn = (one, many, n, values) => filled(n === 1 ? one : many, { count: n, ...values });
export const tx = (context, text, values) => filled(text, values);
