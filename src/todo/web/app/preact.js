// The page's libraries, in one place: Preact, its hooks, signals, and htm in place of JSX.
import { h, render, Component, Fragment, createContext, createPortal } from '../vendor/preact.js';
import htm from '../vendor/htm.js';

export {
  useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useId,
} from '../vendor/hooks.js';
export {
  signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect,
} from '../vendor/signals.js';

export const html = htm.bind(h);

/** A component that is drawn anew only where one of its props is another one. Signals that it reads are its own matter. */
export function memo(view) {
  return class Memo extends Component {
    shouldComponentUpdate(next) {
      const now = this.props;
      for (const name in next) if (next[name] !== now[name]) return true;
      for (const name in now) if (!(name in next)) return true;
      return false;
    }

    render(props) {
      return h(view, props);
    }
  };
}

export { h, render, Fragment, createContext, createPortal };
