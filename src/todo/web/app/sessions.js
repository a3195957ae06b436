// Logging in and signing up, as this page does: with a cookie that no script can read.
import { request } from './store/api.js';

/** The account of whoever knows the password. Raises Problem, Offline. */
export async function logIn(email, password) {
  return (await request('POST', '/v1/sessions', { body: { email, password, cookie: true } })).body.account;
}

/** The account of a new person. Raises Problem, Offline. */
export async function signUp(fields) {
  const sent = (body) => request('POST', '/v1/accounts', { body: { ...body, cookie: true } });
  try {
    return (await sent(fields)).body.account;
  } catch (problem) {
    // A browser may know a zone that the service has not heard of yet. It can be chosen later.
    if (!problem.errors?.some(({ pointer }) => pointer === '/time_zone')) throw problem;
    return (await sent({ ...fields, time_zone: 'UTC' })).body.account;
  }
}
