// The conversations of a capture as a list that grows while the capture is read: ordered by number, bounded.
// Rule: a packet costs one entry in a set; summaries are made only for a reader.
import type { ConversationSummary } from '../../trace/capture/record.ts';

/** Conversations that a list holds. */
export const mostListed = 20_000;

export class ConversationList {
  /** Which conversations stay where there are too many. */
  readonly keep: 'first' | 'last';
  readonly #underway: (transfer: number) => ConversationSummary | undefined;
  readonly #most: number;
  readonly #summaries = new Map<number, ConversationSummary>();
  /** Heard of since the last {@link ConversationList.refresh}. */
  readonly #heard = new Set<number>();
  #highest = 0;
  #leftOut = 0;
  #changed = false;

  /** `underway` knows a conversation that has not ended. */
  constructor(
    underway: (transfer: number) => ConversationSummary | undefined,
    keep: 'first' | 'last',
    most = mostListed,
  ) {
    this.#underway = underway;
    this.keep = keep;
    this.#most = most;
  }

  /** By number, in order. */
  get summaries(): ReadonlyMap<number, ConversationSummary> {
    this.#catchUp();
    return this.#summaries;
  }

  /** How many conversations had no room. */
  get leftOut(): number {
    this.#catchUp();
    return this.#leftOut;
  }

  /** Whether more packets of it may come. */
  goesOn(transfer: number): boolean {
    return this.#underway(transfer) !== undefined;
  }

  /** A packet of it came. */
  heard(transfer: number): void {
    // Numbers begin in order: with its first packet a conversation gets its place.
    const first = transfer > this.#highest ? this.#underway(transfer) : undefined;
    if (first === undefined) this.#heard.add(transfer);
    else this.#put(first);
  }

  /** It is over, and this is what is known of it. */
  ended(summary: ConversationSummary): void {
    this.#heard.delete(summary.transfer);
    this.#put(summary);
  }

  /** @returns whether anything is other than it was. */
  refresh(): boolean {
    this.#catchUp();
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  #catchUp(): void {
    for (const transfer of this.#heard) {
      const summary = this.#underway(transfer);
      if (summary !== undefined) this.#put(summary);
    }
    this.#heard.clear();
  }

  #put(summary: ConversationSummary): void {
    const { transfer } = summary;
    const isNew = transfer > this.#highest;
    this.#highest = Math.max(this.#highest, transfer);
    // What was left out stays out.
    if (!isNew && !this.#summaries.has(transfer)) return;
    this.#changed = true;
    if (isNew && this.#summaries.size >= this.#most) {
      this.#leftOut += 1;
      if (this.keep === 'first') return;
      const [oldest] = this.#summaries.keys();
      if (oldest !== undefined) this.#summaries.delete(oldest);
    }
    this.#summaries.set(transfer, summary);
  }
}
