// /docs: Swagger UI on the document of this service, with what it lacks for a keyboard and a screen reader.
// The file is joined to Swagger UI's own, which is a classic script: so is this.
(function docs() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', paint);
  paint();

  /** What elements say that Swagger UI leaves mute: a selector, and attributes (null takes one away). */
  const MENDS = [
    ['button.close-modal', { 'aria-label': 'Close' }],
    ['.modal-ux', { role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Available authorizations' }],
    ['#auth-bearer-value', { 'aria-label': 'Token' }],
    ['textarea.body-param__text', { 'aria-label': 'Body of the request' }],
    ['.parameters select, .parameters input', { 'aria-label': nameOfParameter }],
    // A region per table would be forty landmarks of the same name, and none of them a table any more.
    ['table[role=region]', { role: null }],
    ['pre, .highlight-code > *, .table-container', { tabindex: scrollable }],
    ['.opblock-summary .view-line-link.copy-to-clipboard button', { 'aria-label': 'Copy the path' }],
    ['.curl-command .copy-to-clipboard button', { 'aria-label': 'Copy the command' }],
    ['.highlight-code .copy-to-clipboard button', { 'aria-label': 'Copy the reply' }],
  ];

  function nameOfParameter(element) {
    return element.closest('tr')?.dataset.paramName ?? null;
  }

  function scrollable(element) {
    return element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight ? '0' : null;
  }

  function mend() {
    for (const [selector, attributes] of MENDS) {
      for (const element of document.querySelectorAll(selector)) {
        for (const [name, given] of Object.entries(attributes)) {
          const value = typeof given === 'function' ? given(element) : given;
          if (element.getAttribute(name) === value) continue;
          if (value === null) element.removeAttribute(name);
          else element.setAttribute(name, value);
        }
      }
    }
  }

  /** The dialog takes the focus and gives it back. */
  let before = null;
  function guide() {
    const dialog = document.querySelector('.modal-ux');
    if (dialog && !before) {
      before = document.activeElement;
      (dialog.querySelector('input') ?? dialog.querySelector('button'))?.focus();
    } else if (!dialog && before) {
      // Swagger UI may have drawn the button anew.
      (before.isConnected ? before : document.querySelector('.btn.authorize'))?.focus();
      before = null;
    }
  }

  function plugin(system) {
    const h = system.React.createElement;

    /** Its path stands in the button that opens an operation, where a link may not be. */
    function DeepLink({ text }) {
      return h('span', null, text);
    }

    function Layout({ getComponent, specSelectors }) {
      const part = (name, props) => h(getComponent(name, true), props);
      const loading = specSelectors.loadingStatus();
      return h(
        'div',
        { className: 'swagger-ui' },
        part('SvgAssets'),
        h(
          'main',
          { id: 'operations', className: 'wrapper' },
          part('InfoContainer'),
          part('errors'),
          h('h2', null, 'Operations'),
          h(
            'div',
            { className: 'who' },
            h('p', null, 'What you try is done as whoever is logged in here, or with a token that you enter.'),
            part('AuthorizeBtnContainer'),
          ),
          part('operations'),
          part('Models'),
        ),
      );
    }

    return { components: { DeepLink, DocsLayout: Layout } };
  }

  async function start() {
    const reply = await fetch('/openapi.json');
    const spec = await reply.json();
    delete spec.servers; // it is tried where it was read, whatever else it is called
    window.ui = SwaggerUIBundle({
      spec,
      dom_id: '#docs',
      plugins: [plugin],
      layout: 'DocsLayout',
      deepLinking: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
      validatorUrl: null,
      syntaxHighlight: { theme: 'agate' },
    });
    new MutationObserver(() => {
      mend();
      guide();
    }).observe(document.getElementById('docs'), { childList: true, subtree: true });
  }

  start();
})();
