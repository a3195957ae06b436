// A text field of several lines that is as high as what is written in it.
import { html, useLayoutEffect, useRef } from '../preact.js';

/** `input` are the attributes of the `<textarea>`; `field` may be a ref to it. */
export function GrowingText({ value, field = null, class: name = '', ...input }) {
  const own = useRef(null);
  const box = field ?? own;
  useLayoutEffect(() => {
    const { style } = box.current;
    style.blockSize = 'auto';
    style.blockSize = `${box.current.scrollHeight + 2}px`;
  }, [value]);
  return html`<textarea ref=${box} class=${`growing ${name}`} value=${value} ...${input}></textarea>`;
}
