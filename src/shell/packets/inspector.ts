// Which transfer the user looks at: one out of the ring, or one out of a capture that was opened.
// Rule: it reads only what a command asks for, and does nothing while packets move.
import type { Side } from '../../trace/record/event.ts';
import type { Ring } from '../../trace/record/ring.ts';
import type { OpenCapture, Wanted } from '../captures/capture-file.ts';
import type { NamedFilter } from '../session/view.ts';
import { ringTransfer } from './ring-transfer.ts';
import type { TransferView } from './transfer-view.ts';

interface Selection {
  readonly number: number;
  /** Our newest transfer when it was selected: a newer one replaces the selection. */
  readonly newest: number;
}

export class Inspector {
  readonly #ring: Ring | undefined;
  readonly #newestOwn: () => number;
  #selected: Selection | undefined;
  /** The filter that the list of the opened capture had last. */
  listFilter: NamedFilter | undefined;
  #opened: { readonly capture: OpenCapture; readonly newest: number } | undefined;

  /** @param newestOwn is the number of our client's newest transfer; 0 before the first. */
  constructor(ring: Ring | undefined, newestOwn: () => number) {
    this.#ring = ring;
    this.#newestOwn = newestOwn;
  }

  /** The capture that commands read. Undefined where none is open, or our client began a transfer after it was opened. */
  get capture(): OpenCapture | undefined {
    return this.#opened?.newest === this.#newestOwn() ? this.#opened.capture : undefined;
  }

  /** Looks at a capture; undefined: at our own transfers again. */
  look(capture: OpenCapture | undefined): void {
    this.#opened = capture === undefined ? undefined : { capture, newest: this.#newestOwn() };
    this.#selected = undefined;
    this.listFilter = undefined;
  }

  /** The transfer that a command means when it names none; undefined where there is no transfer at all. */
  current(): number | undefined {
    const newest = this.#newestOwn();
    if (this.#selected?.newest === newest) return this.#selected.number;
    const { capture } = this;
    if (capture !== undefined) return first(capture.list.summaries);
    return newest === 0 ? this.#ringNumbers().at(-1) : newest;
  }

  /** Every number that a command can name, in order. */
  numbers(): readonly number[] {
    const { capture } = this;
    return capture === undefined ? this.#ringNumbers() : [...capture.list.summaries.keys()];
  }

  /** The transfer of that number, or the current one; of a long one what is wanted. It becomes the current one. */
  async find(number = this.current(), side?: Side, wanted: Wanted = {}): Promise<TransferView | undefined> {
    const found = number === undefined ? undefined : await this.peek(number, side, wanted);
    if (found !== undefined) this.select(found.number);
    return found;
  }

  /** A transfer of our own by one side, also while a capture is open. */
  inRing(number: number, side: Side): TransferView | undefined {
    return this.#ring === undefined ? undefined : ringTransfer(this.#ring, number, side);
  }

  /** Makes that transfer the current one. */
  select(number: number): void {
    this.#selected = { number, newest: this.#newestOwn() };
  }

  /** The transfer of that number. The current one stays the same. */
  async peek(number: number, side?: Side, wanted: Wanted = {}): Promise<TransferView | undefined> {
    const { capture } = this;
    if (capture !== undefined) return capture.find(number, wanted);
    return this.#ring === undefined ? undefined : ringTransfer(this.#ring, number, side);
  }

  /** The transfers of our client after the one numbered `after`, as far as the ring still has them. */
  own(after: number): readonly TransferView[] {
    const ring = this.#ring;
    if (ring === undefined) return [];
    const numbers = this.#ringNumbers('client').filter((number) => number > after);
    return numbers.flatMap((number) => ringTransfer(ring, number) ?? []);
  }

  #ringNumbers(of?: Side): readonly number[] {
    const found = new Set<number>();
    this.#ring?.read(0, ({ transfer, side }) => {
      if (transfer !== 0 && (of === undefined || of === side)) found.add(transfer);
      return false;
    });
    return [...found].sort((a, b) => a - b);
  }
}

function first(summaries: ReadonlyMap<number, unknown>): number | undefined {
  const [number] = summaries.keys();
  return number;
}
