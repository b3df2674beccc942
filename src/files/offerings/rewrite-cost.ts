// Decides from the text of a regular expression whether it could take too long on some name. Pure.
// Rule: better refuse a harmless expression than run a harmful one: JavaScript cannot stop an expression that runs.

/** Repetitions in one expression. Each one multiplies the cost by the length of the name, and so does a free start. */
const mostRepeats = 3;

/** What opens, closes and repeats. A question mark after an opening parenthesis only gives the kind of the group. */
const operators = /\(\??|\)(?:[*+]|\{\d+(?:,\d*)?\})?|[*+?]|\{\d+(?:,\d*)?\}|\|/g;

/** Why an expression may take too long, or undefined. */
export function tooCostly(source: string): string | undefined {
  if (/\\(?:[1-9]|k<)/.test(source.replaceAll('\\\\', ''))) return 'a back-reference may take too long';
  let repeats = 0;
  /** For each open group: whether its content may match one text in several ways. */
  const open: boolean[] = [false];
  for (const [piece] of plain(source).matchAll(operators)) {
    if (piece.startsWith('(')) open.push(false);
    else if (piece.startsWith(')')) {
      const isLoose = open.pop() ?? false;
      const isRepeated = piece.length > 1;
      if (isLoose && isRepeated)
        return 'a repeated group that contains a choice or a repetition may take too long';
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
    : `more than ${mostRepeats - 1} repetitions may take too long, unless the expression begins with ^`;
}

/** The expression with a letter in place of each escape and class, so that only its operators remain. */
function plain(source: string): string {
  return source.replaceAll(/\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\./gu, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
}
