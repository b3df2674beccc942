// The terminal's octets before they become keys: pastes are taken out whole, and so are the terminal's own replies
// (cursor reports, attributes, colours, focus, mouse), so that they can never become a command.
// The rule: pure, except for the memory of an unfinished sequence.

/** A reply is what the terminal itself sends: a report of the mouse, an answer to a question. */
export interface Piece {
  readonly type: 'keys' | 'paste' | 'reply';
  readonly text: string;
}

const esc = '\u001b';
const pasteStart = `${esc}[200~`;
const pasteEnd = `${esc}[201~`;
/** A longer paste is cut, so that it cannot fill the memory. */
const pasteLimit = 1_000_000;
/** A longer unfinished sequence is not a reply. */
const heldLimit = 4096;

// Replies and reports, none of which a key sends:
// CSI with a private sign (attributes, modes, mouse), CSI … R c n t y M, focus, and all string sequences.
const reply =
  // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
  /\u001b\[[<=>?][0-9;:]*[ -/]*[@-~]|\u001b\[\d+(?:;\d+)*(?:[Rcnt]|\$y)|\u001b\[[cIO]|\u001b\[M[^]{3}|\u001b[\]P_^X][^\u0000-\u001f]*(?:\u0007|\u001b\\)/g;
// The beginning of one, at the end of a read: the rest is in the next. A lone Escape is one as well.
const unfinished =
  // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
  /\u001b\[(?:[<=>?]?[0-9;:]*[ -/]*)$|\u001b\[M[^]{0,2}$|\u001b[\]P_^X](?:[0-9>|!+$][^\u0000-\u001f]*)?\u001b?$|\u001b$/;

/** Splits what one terminal sends; remembers what a read left unfinished. */
export class Splitter {
  #held = '';
  #pasted: string | undefined;

  /** Takes what one read gave. */
  push(chunk: string): readonly Piece[] {
    const pieces: Piece[] = [];
    let rest: string | undefined = this.#held + chunk;
    this.#held = '';
    // A terminal that died in a paste leaves us waiting for its end: Ctrl-C alone gets out.
    if (this.#pasted !== undefined && chunk === '\u0003') this.#pasted = undefined;
    while (rest !== undefined && rest !== '')
      rest = this.#pasted === undefined ? this.#keys(rest, pieces) : this.#paste(this.#pasted, rest, pieces);
    return pieces;
  }

  /** A lone Escape waits for what may follow it. */
  get holdsEscape(): boolean {
    return this.#held === esc;
  }

  /** Nothing followed: the Escape was a key. */
  release(): void {
    this.#held = '';
  }

  /** @returns what follows the start of a paste; undefined when all is used. */
  #keys(text: string, pieces: Piece[]): string | undefined {
    const start = text.indexOf(pasteStart);
    const typed = this.#withoutReplies(start < 0 ? text : text.slice(0, start), pieces);
    const tail = start < 0 ? unfinished.exec(typed) : null;
    if (tail !== null && typed.length - tail.index < heldLimit) this.#held = typed.slice(tail.index);
    const ready = typed.slice(0, typed.length - this.#held.length);
    if (ready !== '') pieces.push({ type: 'keys', text: ready });
    if (start < 0) return undefined;
    this.#pasted = '';
    return text.slice(start + pasteStart.length);
  }

  /** @returns what follows the last reply; the replies and the keys between them become pieces. */
  #withoutReplies(text: string, pieces: Piece[]): string {
    let from = 0;
    for (const { 0: found, index } of text.matchAll(reply)) {
      if (index > from) pieces.push({ type: 'keys', text: text.slice(from, index) });
      pieces.push({ type: 'reply', text: found });
      from = index + found.length;
    }
    return text.slice(from);
  }

  /** @returns what follows the end of the paste; undefined while the end has not come. */
  #paste(before: string, text: string, pieces: Piece[]): string | undefined {
    // The last end counts: a paste that carries an end of its own must not get the rest of itself typed.
    const seam = Math.max(0, before.length - pasteEnd.length + 1);
    const whole = before.slice(seam) + text;
    const end = whole.lastIndexOf(pasteEnd);
    if (end < 0) {
      this.#pasted = (before + text).slice(0, pasteLimit);
      return undefined;
    }
    this.#pasted = undefined;
    const all = before.slice(0, seam) + whole.slice(0, end);
    pieces.push({ type: 'paste', text: all.replaceAll(pasteEnd, '').replaceAll(pasteStart, '') });
    return whole.slice(end + pasteEnd.length);
  }
}
