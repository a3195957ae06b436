// Text that a person wrote, made such that the API takes it.

/** One line, without what cannot be seen; "" where nothing is left. */
export function oneLine(text) {
  return text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

/** Several lines, without control characters. */
export function someLines(text) {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
}
