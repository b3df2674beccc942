// A name on the wire as components below the root, or the reason why it is refused. Pure: decided before any disk access.
// Rule: nothing is ever removed from within a component or normalised; a name is taken whole or refused.
import { FileError } from '../file.ts';
import { problem } from '../problem.ts';

/** Octets in one component; what file systems take. */
const longestComponent = 255;
/** Octets in a whole name. */
const longestName = 1024;
const mostComponents = 64;

/** Anything that could be a temporary file of ours on any disk: neither read nor written by name. */
const temporaryLike = /^\..*\.tftp-part-/i;
/** Exactly what {@link temporaryName} makes. */
const temporaryExactly = /^\..+\.tftp-part-[0-9a-f]{8}$/;

const reservedOnWindows = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const forbiddenOnWindows = /[\u0000-\u001f<>:"|?*]/;
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f]/;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Components of a wire name below the root: leading separators mean the root, both `/` and `\` separate,
 * empty components and `.` are dropped. Any `..` is refused, also where it would stay inside.
 * @param platform `win32` adds the rules for drives, devices, streams and aliases.
 * @returns the components (at least one), or why the name is refused.
 */
export function parseName(name: string, platform: string): readonly string[] | FileError {
  if (name === '' || name.includes('\0') || loneSurrogate.test(name)) return problem('bad-name');
  if (Buffer.byteLength(name) > longestName) return problem('name-too-long');
  // A name that starts with two separators is another machine's share there.
  if (platform === 'win32' && /^[\\/]{2}/.test(name)) return problem('denied');
  const components = name.split(/[\\/]/).filter((component) => component !== '' && component !== '.');
  if (components.includes('..')) return problem('denied');
  if (components.some((component) => Buffer.byteLength(component) > longestComponent))
    return problem('name-too-long');
  if (components.length > mostComponents) return problem('denied');
  if (components.some((component) => temporaryLike.test(component))) return problem('denied');
  if (platform === 'win32' && components.some((component) => !isPlainOnWindows(component)))
    return problem('denied');
  return components.length === 0 ? problem('is-directory') : components;
}

/** As {@link parseName}, throwing the refusal. */
export function componentsOf(name: string, platform: string): readonly string[] {
  const parsed = parseName(name, platform);
  if (parsed instanceof FileError) throw parsed;
  return parsed;
}

/** Whether a component means one ordinary file on Windows: no drive, stream, device, short alias or silent trimming. */
export function isPlainOnWindows(component: string): boolean {
  if (forbiddenOnWindows.test(component) || /[. ]$/.test(component)) return false;
  // FILE~1.TXT may be another name of any file, also of one that is refused by its long name.
  if (/~\d+(?:\.|$)/.test(component)) return false;
  const stem = component.split('.', 1)[0] ?? '';
  return !reservedOnWindows.test(stem.trimEnd());
}

/**
 * The name under which a remote file is stored when the user gave none: what follows the last separator of either kind.
 * @returns undefined where nothing remains that one would want as a file's name.
 */
export function localNameOf(remote: string, platform: string): string | undefined {
  const last = remote.split(/[\\/]/).at(-1) ?? '';
  if (last === '' || last === '.' || last === '..') return undefined;
  if (controls.test(last) || loneSurrogate.test(last) || temporaryLike.test(last)) return undefined;
  if (Buffer.byteLength(last) > longestComponent) return undefined;
  if (platform === 'win32' && !isPlainOnWindows(last)) return undefined;
  return last;
}

/** Name of the temporary file for `leaf`, in the same directory. `unique`: eight hexadecimal digits. */
export function temporaryName(leaf: string, unique: string): string {
  const room = longestComponent - `..tftp-part-${unique}`.length;
  // Whole characters only: a name cut within one would be another name on disk.
  const { read } = new TextEncoder().encodeInto(leaf, new Uint8Array(room));
  const stem = leaf.slice(0, read);
  return `.${stem}.tftp-part-${unique}`;
}

export function isTemporaryName(name: string): boolean {
  return temporaryExactly.test(name);
}
