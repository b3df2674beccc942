// One event as a line of JSON for programs. Pure.
import type { ShellEvent } from './events.ts';

// Characters that a terminal obeys or hides, and lone surrogates. Written as escapes they mean the same in JSON.
const unsafe = /[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu;

/** The event as one line of JSON in which nothing controls a terminal, whatever its texts contain. */
export function eventJson(event: ShellEvent & { readonly at?: string }): string {
  return JSON.stringify(event).replace(unsafe, (character) =>
    // JSON writes a character beyond U+FFFF as two escapes.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
