// For now: plain requests.
export class Problem extends Error {
  constructor(body) {
    super(body.detail ?? body.title);
    Object.assign(this, { errors: [], ...body });
  }
}
export class Offline extends Error {}
export const authority = { token: null };
export async function request(method, path, { body, headers = {} } = {}) {
  let reply;
  try {
    reply = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(authority.token ? { Authorization: `Bearer ${authority.token}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Offline();
  }
  const text = await reply.text();
  const read = text ? JSON.parse(text) : null;
  if (!reply.ok) throw new Problem(read);
  return { status: reply.status, body: read, headers: reply.headers };
}
