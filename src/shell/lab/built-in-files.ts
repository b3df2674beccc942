// The files that the server of a lab offers from the start: one for each lesson about the end of a file.

/** Octets that differ from block to block, so that a block in the wrong place shows. */
export function patternOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + Math.floor(at / 251)) % 256);
}

/** By name. */
export function builtInFiles(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ['empty.bin', patternOf(0)],
    ['short.bin', patternOf(100)],
    ['one.bin', patternOf(512)],
    ['three.bin', patternOf(1200)],
    ['boot.bin', patternOf(5000)],
    ['image.bin', patternOf(100_000)],
    ['motd.txt', new TextEncoder().encode('Lines of text.\nnetascii changes\ntheir ends.\n')],
  ]);
}
