// A form that is sent by script: what is wrong with each field is below it, and the first of them gets the focus.
import { html, useEffect, useRef, useState } from '../preact.js';
import { read } from '../problem-words.js';

/**
 * `send(values)` sends it; what it is refused with is told, in the `words` of this form (`{code: text}`) and its `faults`
 * (`{name of a field: text}`), where it has any.
 * `check(values)` finds what need not be sent: `{name: text}`. Spread `form` on the `<form>`.
 */
export function useForm({ send, check = () => ({}), words = {}, faults = {} }) {
  const [{ fields, general }, setWrong] = useState({ fields: {}, general: null });
  const [isSending, setSending] = useState(false);
  const element = useRef(null);
  const tries = useRef(0);
  const [failed, setFailed] = useState(0);
  useEffect(() => {
    if (failed) element.current?.querySelector('[aria-invalid=true], .form-error')?.focus();
  }, [failed]);
  const refuse = (wrong) => {
    setWrong({ general: null, fields: {}, ...wrong });
    setFailed(++tries.current);
  };
  const onSubmit = async (event) => {
    event.preventDefault();
    if (isSending) return;
    const values = Object.fromEntries(new FormData(event.currentTarget));
    const found = Object.entries(check(values)).filter(([, text]) => text);
    if (found.length) {
      refuse({ fields: Object.fromEntries(found) });
      return;
    }
    setSending(true);
    try {
      await send(values);
      setWrong({ fields: {}, general: null });
    } catch (problem) {
      if (!(problem instanceof Error) || problem instanceof TypeError) throw problem;
      refuse(read(problem, words, faults));
    } finally {
      setSending(false);
    }
  };
  return { form: { ref: element, onSubmit, noValidate: true }, wrong: fields, general, isSending };
}

/** What is wrong with a form as a whole. */
export function FormError({ text }) {
  return html`<div role="alert">${text && html`<p class="form-error" tabindex="-1">${text}</p>`}</div>`;
}
