// Graphemes and columns. A text of simple characters is answered without Unicode's tables: the runtime takes 12 ms to
// open its first segmenter and 20 ms to read the emoji, a third of a start, and few screens contain any.
// The build replaces Intl.Segmenter and string-width by these in third-party code too.
// The rule: the answer is always the one that the real ones give.
import realWidth from 'string-width';

// Taken out of its namespace, because the build replaces `Intl.Segmenter` by LateSegmenter.
const { Segmenter } = Intl;

// Controls, Latin, punctuation, arrows, lines and signs: each is a grapheme. CR is left out: it joins with LF.
// eslint-disable-next-line no-control-regex -- colours are made of controls
const alone = /^[\0-\f\x0e-\u02ff\u2010-\u2027\u2190-\u27bf]*$/;
// The visible ones of them that are not emoji: one column in every terminal.
const narrow = /^[ -~\u00a1-\u00ac\u00ae-\u00ff\u2010-\u2027\u2190-\u2319\u2500-\u25fc\u2713-\u2718]*$/;
// eslint-disable-next-line no-control-regex -- colours begin with a control
const colors = /\u001b\[\d{0,4}(?:;\d{0,4})*m/g;

/** Columns that `text` takes in a terminal, without its colours: as string-width, which is loaded for unusual texts only. */
export function stringWidth(text: string, options?: Parameters<typeof realWidth>[1]): number {
  if (options === undefined) {
    const visible = text.includes('\u001b') ? text.replace(colors, '') : text;
    if (narrow.test(visible)) return visible.length;
  }
  return realWidth(text, options);
}

/** An Intl.Segmenter that opens the real one for the first text that needs it. */
export class LateSegmenter {
  readonly #open: () => Intl.Segmenter;
  readonly #units: boolean;
  #real: Intl.Segmenter | undefined;

  constructor(...[locales, options]: ConstructorParameters<typeof Intl.Segmenter>) {
    this.#open = () => new Segmenter(locales, options);
    this.#units = (options?.granularity ?? 'grapheme') === 'grapheme';
  }

  segment(input: string): Pick<Intl.Segments, 'containing'> & Iterable<Intl.SegmentData> {
    if (this.#units && alone.test(input)) return new Units(input);
    this.#real ??= this.#open();
    return this.#real.segment(input);
  }
}

/** The segments of a text in which every unit is a grapheme. */
class Units implements Iterable<Intl.SegmentData> {
  readonly #input: string;

  constructor(input: string) {
    this.#input = input;
  }

  [Symbol.iterator](): Iterator<Intl.SegmentData> {
    const input = this.#input;
    return Array.from(input, (segment, index) => ({ segment, index, input }))[Symbol.iterator]();
  }

  containing(at = 0): Intl.SegmentData {
    const index = Math.trunc(at) || 0;
    // Outside the text the real one answers undefined, although its type says otherwise.
    return (
      index < 0 || index >= this.#input.length
        ? undefined
        : { segment: this.#input.charAt(index), index, input: this.#input }
    ) as Intl.SegmentData;
  }
}

export const segmenter = new LateSegmenter(undefined, { granularity: 'grapheme' });

/** The graphemes of `text`. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Columns of a name that is cut, at least. */
export const leastName = 8;

/** `text` in at most `width` columns. What is too long is cut in the middle, because names often differ where they end. */
export function cutMiddle<T extends string>(text: T, width: number, mark: T): T {
  const parts = graphemes(text);
  const widths = parts.map((each) => stringWidth(each));
  let over = widths.reduce((sum, each) => sum + each, 0) - width;
  if (over <= 0) return text;
  if (width <= 0) return '' as T;
  over += stringWidth(mark);
  // Graphemes are removed one at a time, left and right of the gap in turn.
  let [from, to] = [Math.ceil(parts.length / 2), Math.ceil(parts.length / 2)];
  while (over > 0 && (from > 0 || to < parts.length)) {
    const left = from > parts.length - to || to === parts.length;
    over -= (left ? widths[--from] : widths[to++]) ?? 0;
  }
  return (parts.slice(0, from).join('') + mark + parts.slice(to).join('')) as T;
}
