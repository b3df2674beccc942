// Which regular expressions could take too long on some name: judged by their text, before any name comes.
// Rule: rather refuse a harmless one than run a harmful one; JavaScript cannot stop an expression that runs. Pure.

/** Parts that may repeat, in one expression: each of them is a power in what it may cost, and so is a place to start. */
const mostRepeats = 3;

/** What opens, closes and repeats; the question mark behind an opening one says only what kind of group it is. */
const operators = /\(\??|\)(?:[*+]|\{\d+(?:,\d*)?\})?|[*+?]|\{\d+(?:,\d*)?\}|\|/g;

/** Why an expression may take too long, or undefined. */
export function tooCostly(source: string): string | undefined {
  if (/\\(?:[1-9]|k<)/.test(source.replaceAll('\\\\', ''))) return 'a reference to a group may take too long';
  let repeats = 0;
  /** For each open group: whether what it holds may match one text in several ways. */
  const open: boolean[] = [false];
  for (const [piece] of plain(source).matchAll(operators)) {
    if (piece.startsWith('(')) open.push(false);
    else if (piece.startsWith(')')) {
      const isLoose = open.pop() ?? false;
      const isRepeated = piece.length > 1;
      if (isLoose && isRepeated)
        return 'a repeated group with a choice or a repetition in it may take too long';
      if (isLoose || isRepeated) open[open.length - 1] = true;
      if (isRepeated) repeats += 1;
    } else {
      open[open.length - 1] = true;
      if (piece !== '|' && piece !== '?') repeats += 1;
    }
  }
  const starts = source.startsWith('^') && !plain(source).includes('|') ? 0 : 1;
  if (repeats + starts <= mostRepeats) return undefined;
  return starts === 0
    ? `more than ${mostRepeats} repetitions may take too long`
    : `more than ${mostRepeats - 1} repetitions may take too long, unless ^ says where to start`;
}

/** The expression with escapes and classes as single letters: what is left are its operators. */
function plain(source: string): string {
  return source.replaceAll(/\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\./gu, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
}
