// Netascii (RFC 1350 §1, RFC 764): a line ends in CR LF, and a CR alone is CR NUL. A file may come in any chunks.
// Runs without line ends are copied whole. A chunk that needs no change is returned itself, not as a copy.

const lf = 10;
const cr = 13;
const nul = 0;
const nothing = new Uint8Array(0);

/** From a local file to the wire: LF becomes CR LF, CR becomes CR NUL. Each octet is converted on its own. */
export class NetasciiEncoder {
  push(chunk: Uint8Array): Uint8Array {
    const length = netasciiLength(chunk);
    if (length === chunk.length) return chunk;
    const out = new Uint8Array(length);
    let at = 0;
    let start = 0;
    let nextLf = find(chunk, lf, 0);
    let nextCr = find(chunk, cr, 0);
    for (let end = Math.min(nextLf, nextCr); end < chunk.length; end = Math.min(nextLf, nextCr)) {
      at = copy(chunk.subarray(start, end), out, at);
      start = end + 1;
      out[at++] = cr;
      if (end === nextLf) {
        out[at++] = lf;
        nextLf = find(chunk, lf, start);
      } else {
        out[at++] = nul;
        nextCr = find(chunk, cr, start);
      }
    }
    copy(chunk.subarray(start), out, at);
    return out;
  }

  /** The octets left at the end of the file: always none. */
  end(): Uint8Array {
    return nothing;
  }
}

/** The length of `chunk` in netascii. The lengths of a file's chunks add up to the length of the file. */
export function netasciiLength(chunk: Uint8Array): number {
  return chunk.length + count(chunk, lf) + count(chunk, cr);
}

/** From the wire to a local file: CR LF becomes LF, CR NUL becomes CR; a CR before any other octet stays. */
export class NetasciiDecoder {
  /** Whether the last chunk ended in a CR that is not written yet: the next octet decides what it means. */
  #held = false;

  push(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0 || (!this.#held && !chunk.includes(cr))) return chunk;
    const out = new Uint8Array(chunk.length + 1);
    let at = 0;
    let start = 0;
    if (this.#held) {
      if (chunk[0] !== lf) out[at++] = cr;
      if (chunk[0] === nul) start = 1;
    }
    let end = find(chunk, cr, start);
    for (; end < chunk.length - 1; end = find(chunk, cr, start)) {
      const next = chunk[end + 1];
      // A CR is copied with the run before it, an LF with the run after it; a NUL is left out.
      at = copy(chunk.subarray(start, next === lf ? end : end + 1), out, at);
      start = next === nul ? end + 2 : end + 1;
    }
    this.#held = end === chunk.length - 1;
    at = copy(chunk.subarray(start, end), out, at);
    return out.subarray(0, at);
  }

  /** A CR at the end of the file stays a CR. */
  end(): Uint8Array {
    const last = this.#held ? Uint8Array.of(cr) : nothing;
    this.#held = false;
    return last;
  }
}

/** Where `octet` is next, or the length of the chunk. */
function find(chunk: Uint8Array, octet: number, from: number): number {
  const at = chunk.indexOf(octet, from);
  return at < 0 ? chunk.length : at;
}

function count(chunk: Uint8Array, octet: number): number {
  let found = 0;
  for (let at = chunk.indexOf(octet); at >= 0; at = chunk.indexOf(octet, at + 1)) found++;
  return found;
}

/** Copies a run and returns the offset after it. Short runs are faster octet by octet. */
function copy(run: Uint8Array, out: Uint8Array, at: number): number {
  if (run.length > 24) out.set(run, at);
  else for (let index = 0; index < run.length; index++) out[at + index] = run[index] ?? nul;
  return at + run.length;
}
