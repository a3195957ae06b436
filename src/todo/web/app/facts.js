// What the document says of the service: its version, where static files are, who may sign up.
export const facts = JSON.parse(document.querySelector('meta[name=todo]').content);
