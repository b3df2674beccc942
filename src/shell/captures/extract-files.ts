// Takes files out of a capture in one reading; each file has the ending `.partial` until it is complete.
// Rule: bounded memory and open files; existing files stay untouched; every name from the net is made harmless first.
import { join } from 'node:path';
import type { Source } from '../../files/file.ts';
import { makeDirectory } from '../../files/local/directories.ts';
import { createGrowing, reopenGrowing, settleAs } from '../../files/local/growing-file.ts';
import { FileError } from '../../files/file.ts';
import { Extractor, harmlessName, WaitingRoom } from '../../trace/capture/extract.ts';
import type { PacketRecord } from '../../trace/capture/record.ts';
import { say, type Printable } from '../../wire/text.ts';
import { parseMode } from '../../wire/mode.ts';
import { CaptureScan, type ReadCapture } from './capture-scan.ts';

/** A file that was extracted. */
export interface Taken {
  readonly transfer: number;
  /** In the directory. */
  readonly name: string;
  readonly octets: number;
  readonly complete: boolean;
  /** The capture holds less of its packets than there was (snap length). */
  readonly cut: boolean;
  /** Gaps were skipped because memory was full: extracted alone, the file may be complete. */
  readonly crowded: boolean;
}

/** Why a file is not complete. */
export function lackWords({ cut, crowded }: Taken): Printable {
  if (crowded) return say`too many blocks out of order`;
  return cut ? say`the snap length of the capture cut its packets` : say`blocks are missing`;
}

/** The result of a run. */
export interface Extraction {
  readonly files: readonly Taken[];
  /** Transfers without a file, because there were too many. */
  readonly leftOut: number;
  readonly read: ReadCapture;
}

/** Files of one run: more are not a capture of transfers, but an attack on the disk. */
const mostFiles = 20_000;
const mostNames = 1000;

/** Which files are extracted, and who follows it. */
export interface ExtractOptions {
  /** The file of this transfer alone. */
  readonly only?: number | undefined;
  readonly most?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets the share of the capture that is read, 0…1. */
  readonly progress?: ((done: number) => void) | undefined;
}

/** Takes out all files up to `most`, or that of one transfer. Rejects with FileError. */
export async function extractFiles(
  source: Source,
  directory: string,
  { only, most = mostFiles, signal, progress }: ExtractOptions = {},
): Promise<Extraction> {
  const files: Taken[] = [];
  const room = new WaitingRoom();
  let leftOut = 0;
  const going = new Map<number, Growing>();
  const over: Growing[] = [];
  const flush = async (): Promise<void> => {
    progress?.(reading.octets / (source.size ?? Infinity));
    for (const one of [...over, ...going.values()]) await one.flush();
    for (const one of over.splice(0)) {
      const taken = await one.finish();
      if (taken !== undefined) files.push(taken);
    }
  };
  await makeDirectory(directory);
  const reading: CaptureScan = new CaptureScan({
    record: (record) => {
      const { transfer } = record;
      if (only !== undefined && transfer !== only) return;
      const known = going.get(transfer);
      if (known === undefined && files.length + over.length + going.size >= most) return;
      const one = known ?? new Growing(directory, record, room);
      going.set(transfer, one);
      one.push(record);
    },
    ended: ({ transfer, blocks }) => {
      const one = going.get(transfer);
      going.delete(transfer);
      if (one !== undefined) over.push(one);
      else if (only === undefined && blocks > 0) leftOut += 1;
    },
    rest: flush,
  });
  const read = await reading.read(source, signal);
  return { files: files.sort((a, b) => a.transfer - b.transfer), leftOut, read };
}

/** One file while its packets come. */
class Growing {
  readonly #transfer: number;
  readonly #directory: string;
  readonly #name: string;
  readonly #extractor: Extractor;
  #parts: Uint8Array[] = [];
  #path: string | undefined;
  #moved = false;

  constructor(directory: string, { transfer, packet }: PacketRecord, room: WaitingRoom) {
    const request = packet.op === 'RRQ' || packet.op === 'WRQ' ? packet : undefined;
    this.#transfer = transfer;
    this.#directory = directory;
    this.#name = harmlessName(request?.filename);
    const mode = request !== undefined && parseMode(request.mode) === 'netascii' ? 'netascii' : 'octet';
    this.#extractor = new Extractor(mode, (octets) => this.#parts.push(octets.slice()), room);
  }

  push(record: PacketRecord): void {
    if (record.packet.op === 'DATA' && !record.stranger) this.#moved = true;
    this.#extractor.push(record);
  }

  /** Writes the octets that are there until now. */
  async flush(): Promise<void> {
    const parts = this.#parts.splice(0);
    if (parts.length > 0) await this.#append(parts);
  }

  /** No more packets come. @returns undefined where the transfer had no octets of a file. */
  async finish(): Promise<Taken | undefined> {
    if (!this.#moved) return undefined;
    const { octets, complete, cut, crowded } = this.#extractor.end();
    await this.flush();
    // An empty file is a file.
    if (this.#path === undefined) await this.#append([]);
    const name = complete ? await this.#settle() : undefined;
    const partial = this.#path?.slice(this.#directory.length).replace(/^[\\/]/, '') ?? this.#name;
    return { transfer: this.#transfer, name: name ?? partial, octets, complete, cut, crowded };
  }

  async #append(parts: readonly Uint8Array[]): Promise<void> {
    const file = this.#path === undefined ? await this.#create() : await reopenGrowing(this.#path);
    try {
      if (parts.length > 0) await file.append(parts);
    } finally {
      await file.close();
    }
  }

  async #create(): ReturnType<typeof createGrowing> {
    for (let at = 1; ; at += 1) {
      const path = join(this.#directory, `${numbered(this.#name, at)}.partial`);
      try {
        const file = await createGrowing(path);
        this.#path = path;
        return file;
      } catch (error) {
        if (!(error instanceof FileError) || error.problem !== 'exists' || at >= mostNames) throw error;
      }
    }
  }

  /** Its own name, or the next number that is free. */
  async #settle(): Promise<string | undefined> {
    for (let at = 1; at <= mostNames; at += 1) {
      const name = numbered(this.#name, at);
      if (await settleAs(this.#path ?? '', join(this.#directory, name))) return name;
    }
    return undefined;
  }
}

/** `boot.cfg`, `boot-2.cfg`, `boot-3.cfg`. */
function numbered(name: string, at: number): string {
  if (at === 1) return name;
  const dot = name.lastIndexOf('.');
  const stem = dot <= 0 ? name.length : dot;
  return `${name.slice(0, stem)}-${at}${name.slice(stem)}`;
}
