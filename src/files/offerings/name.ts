// Turns a name on the wire into components below the root, or refuses it. Pure: decided before any access to the disk.
// Rule: the octets of a component are never changed or normalised: a name is taken as it is, or refused.
import { flawOf, nameLength, settled } from '../../wire/names.ts';
import { FileError } from '../file.ts';
import { problem } from '../problem.ts';

/** Octets in one component at most: the limit of file systems. */
const longestComponent = 255;
/** Octets in a whole name at most. */
const longestName = 1024;
const mostComponents = 64;

/** Names that could be our temporary files on any disk: clients may neither read nor write them. */
const temporaryLike = /^\..*\.tftp-part-/i;
/** Exactly what {@link temporaryName} makes. */
const temporaryExactly = /^\..+\.tftp-part-[0-9a-f]{8}$/;

const reservedOnWindows = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const forbiddenOnWindows = /[\u0000-\u001f<>:"|?*]/;
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f]/;
/** Characters that change the order or the lines of the text around them: U+202E shows `exe.gnp` as `png.exe`. */
const bidiControls = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/**
 * The components of a wire name below the root. Leading separators mean the root. Both `/` and `\` separate. Empty
 * components and `.` are dropped. Any `..` is refused, even if it would stay inside. An overlong form of `/` or `.` is only
 * octets, as any octet that is not UTF-8 is.
 * @param platform `win32` adds the rules for drives, devices, streams and aliases.
 * @returns the components (at least one), or why the name is refused.
 */
export function parseName(text: string, platform: string): readonly string[] | FileError {
  if (text === '' || flawOf(text) !== undefined) return problem('bad-name');
  if (platform === 'win32' && !text.isWellFormed()) return problem('bad-name');
  const name = settled(text);
  if (nameLength(name) > longestName) return problem('name-too-long');
  // On Windows a name that starts with two separators is a share of another machine.
  if (platform === 'win32' && /^[\\/]{2}/.test(name)) return problem('denied');
  const components = name.split(/[\\/]/).filter((component) => component !== '' && component !== '.');
  if (components.includes('..')) return problem('denied');
  if (components.some((component) => nameLength(component) > longestComponent))
    return problem('name-too-long');
  if (components.length > mostComponents) return problem('denied');
  if (components.some((component) => temporaryLike.test(component))) return problem('denied');
  if (platform === 'win32' && components.some((component) => !isPlainOnWindows(component)))
    return problem('denied');
  return components.length === 0 ? problem('is-directory') : components;
}

/** Like {@link parseName}, but throws the refusal. */
export function componentsOf(name: string, platform: string): readonly string[] {
  const parsed = parseName(name, platform);
  if (parsed instanceof FileError) throw parsed;
  return parsed;
}

/** Rejects a new name that could mislead a reader of the directory: control characters, also those of direction. */
export function assertCreatable(components: readonly string[]): void {
  if (components.some(isMisleading)) throw problem('bad-name', 'The name has control characters');
}

function isMisleading(component: string): boolean {
  return controls.test(component) || bidiControls.test(component);
}

/** Whether Windows takes a component as the name of one ordinary file: no octets, drive, stream, device, short alias or trimming. */
export function isPlainOnWindows(component: string): boolean {
  if (!component.isWellFormed()) return false;
  if (forbiddenOnWindows.test(component) || /[. ]$/.test(component)) return false;
  // FILE~1.TXT may be a second name of any file, even of one whose long name is refused.
  if (/~\d+(?:\.|$)/.test(component)) return false;
  const stem = component.split('.', 1)[0] ?? '';
  return !reservedOnWindows.test(stem.trimEnd());
}

/**
 * The local name for a remote file if the user gave no name: the part after the last `/` or `\`.
 * @returns undefined if that part is not usable as a file name.
 */
export function localNameOf(remote: string, platform: string): string | undefined {
  const last = remote.split(/[\\/]/).at(-1) ?? '';
  if (last === '' || last === '.' || last === '..') return undefined;
  if (isMisleading(last) || flawOf(last) !== undefined || temporaryLike.test(last)) return undefined;
  if (nameLength(last) > longestComponent) return undefined;
  if (platform === 'win32' && !isPlainOnWindows(last)) return undefined;
  return last;
}

/** Name of the temporary file for `leaf`, in the same directory. `unique`: eight hexadecimal digits. */
export function temporaryName(leaf: string, unique: string): string {
  const room = longestComponent - `..tftp-part-${unique}`.length;
  // `encodeInto` cuts between characters: half a character would become another name on disk. An octet that is not UTF-8
  // counts as three.
  const { read } = new TextEncoder().encodeInto(leaf, new Uint8Array(room));
  const stem = leaf.slice(0, read);
  return `.${stem}.tftp-part-${unique}`;
}

export function isTemporaryName(name: string): boolean {
  return temporaryExactly.test(name);
}
