// The versions of each served file, and when each of them was the published one: what a read may have seen.

interface Version {
  readonly octets: Uint8Array;
  readonly from: number;
  until: number;
}

export class History {
  readonly #versions = new Map<string, Version[]>();
  readonly #confirmed = new Map<string, number>();

  publish(name: string, octets: Uint8Array, at: number): void {
    const versions = this.#versions.get(name) ?? [];
    this.#versions.set(name, versions);
    const last = versions.at(-1);
    if (last !== undefined) last.until = at;
    versions.push({ octets: octets.slice(), from: at, until: Infinity });
  }

  publishedAt(name: string): number {
    return this.#versions.get(name)?.at(-1)?.from ?? 0;
  }

  /** Whether one version was published at some moment between `began` and `ended` and has these octets. */
  had(name: string, octets: Uint8Array, began: number, ended: number): boolean {
    const versions = this.#versions.get(name) ?? [];
    return versions.some(
      (version) => version.from <= ended && version.until >= began && isEqual(version.octets, octets),
    );
  }

  /** A client knows that its upload is stored: no crash may take it back. */
  confirm(name: string, octets: Uint8Array): void {
    const versions = this.#versions.get(name) ?? [];
    const at = versions.findLastIndex((version) => isEqual(version.octets, octets));
    this.#confirmed.set(name, Math.max(at, this.#confirmed.get(name) ?? -1));
  }

  /** What is wrong with a file after a crash; undefined where it is one whole version that may be there. */
  afterCrash(name: string, octets: Uint8Array | undefined): string | undefined {
    const versions = this.#versions.get(name) ?? [];
    const least = this.#confirmed.get(name) ?? -1;
    if (octets === undefined) {
      return least >= 0 ? `${name} is gone after a crash` : undefined;
    }
    const at = versions.findLastIndex((version) => isEqual(version.octets, octets));
    if (at < 0) return `${name} is no version after a crash`;
    return at < least ? `${name} is an older version than a confirmed one after a crash` : undefined;
  }
}

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
