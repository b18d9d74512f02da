// A file of its own: the policy of the page admits no script inside it.
globalThis.Redoc.init('/openapi.json', {}, document.getElementById('redoc'));
