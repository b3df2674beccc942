// Escapes text for the export formats. The text is printable already, so it has no control or format characters;
// only the characters with a meaning in XML or Mermaid are left to escape.
import type { Printable } from '../../wire/text.ts';

/** For text and attributes of XML and HTML. */
export function xml(text: Printable): string {
  return text.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * For a label in a Mermaid diagram: letters, digits and a few signs as they are, anything else as `#38;`. Mermaid ends
 * a statement at `;` and newlines, and reads `%%`, `{`, `:`, `<` and `#` as its own.
 */
export function mermaid(text: Printable): string {
  return text.replace(/[^\p{L}\p{N} .,_/=()+-]/gu, (sign) => `#${sign.codePointAt(0) ?? 0};`);
}
