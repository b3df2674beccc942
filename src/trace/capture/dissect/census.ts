// Counts the frames of a capture by what they carry. Rule: bounded; beyond the bound, kinds are counted as one.

/** Frames of one kind. */
export interface FrameKind {
  /** What the frames carry, as the field names it: `ARP`, `802.11, encrypted`. */
  readonly name: string;
  readonly frames: number;
  /** Frames that may carry TFTP and could not be read. */
  readonly opaque: boolean;
}

const maxKinds = 64;
const rest = 'other kinds';

export class Census {
  readonly #kinds = new Map<string, { name: string; frames: number; opaque: boolean }>();
  /** All frames. */
  frames = 0;

  add(name: string, opaque: boolean): void {
    this.frames += 1;
    const key = this.#kinds.has(name) || this.#kinds.size < maxKinds ? name : rest;
    const kind = this.#kinds.get(key) ?? { name: key, frames: 0, opaque: opaque || key === rest };
    kind.frames += 1;
    this.#kinds.set(key, kind);
  }

  /** The most frequent first. */
  get kinds(): readonly FrameKind[] {
    return [...this.#kinds.values()].sort((a, b) => b.frames - a.frames);
  }
}
