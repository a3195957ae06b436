// The pieces of a line that say something, and which of them count where they stand.

// A sign is no neighbour, and nothing that is kept in the title is.
const NEIGHBOURS = ['date', 'time', 'recurrence', 'until'];
const NOBODY = -1;
const END = -2;

/** Those that stand where they have to: anywhere, or next to others that count, or at the end. */
export function standing(words, found) {
  const atWord = words.map(() => NOBODY);
  found.forEach(({ first, last }, number) => atWord.fill(number, first, last));
  const [before, behind] = neighbours(words, atWord);
  const counts = found.map(({ where }) => where === '');
  const counted = (number) =>
    number >= 0 && counts[number] && NEIGHBOURS.includes(found[number].kind);
  const look = (number) => {
    const { first, last, where } = found[number];
    const [left, right] = [before[first], behind[last - 1]];
    const beside = counted(left) || counted(right);
    counts[number] ||=
      (where === 'end' && (beside || right === END)) ||
      (where === 'beside' && beside) ||
      (where === 'after' && counted(left) && found[left].kind !== 'time');
  };
  // One that counts may make its neighbour count: those to its right, those to its left, and what
  // follows from these.
  for (let number = 0; number < found.length; number += 1) look(number);
  for (let number = found.length - 1; number >= 0; number -= 1) look(number);
  for (let number = 0; number < found.length; number += 1) look(number);
  return found.filter((_piece, number) => counts[number]);
}

// For each word the piece that the one before it, and the one behind it, belongs to. Signs are
// passed over.
function neighbours(words, atWord) {
  const [before, behind] = [[], []];
  let last = NOBODY;
  for (let at = 0; at < words.length; at += 1) {
    before[at] = last;
    if (!words[at].sign) last = atWord[at];
  }
  last = END;
  for (let at = words.length - 1; at >= 0; at -= 1) {
    behind[at] = last;
    if (!words[at].sign) last = atWord[at];
  }
  return [before, behind];
}
