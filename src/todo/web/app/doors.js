// What strangers need (later.js): the ways in.
import { texts } from './generated/doors-texts.js';
import { addTexts } from './i18n.js';
import { DeadLink } from './views/dead-link.js';
import { ForgottenPassword } from './views/forgotten-password.js';
import { Invited } from './views/invited.js';
import { LogIn } from './views/log-in.js';
import { ResetPassword } from './views/reset-password.js';
import { SignUp } from './views/sign-up.js';

addTexts(texts);

export const parts = { DeadLink, ForgottenPassword, Invited, LogIn, ResetPassword, SignUp };
