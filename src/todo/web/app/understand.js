// What a line says of a task, to whoever is here, now.
import { quickAddWords } from './generated/quick-add-words.js';
import { language } from './i18n.js';
import { now, zone } from './now.js';
import { parseQuickAdd } from './quick-add.js';

/** As `parseQuickAdd` says it; `lists` are those that the line may name. */
export function understand(line, lists = []) {
  return parseQuickAdd(line, {
    words: quickAddWords,
    language,
    now: new Date(now.peek()),
    timeZone: zone.peek(),
    lists,
  });
}
