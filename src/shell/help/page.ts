// Pages of text: lines that are laid out for the width of the window.
import type { Printable } from '../../wire/text.ts';
import type { Page } from '../session/view.ts';
import { pageWidthIn } from './page-width.ts';

/** A page whose lines have at most `width` columns, without lines that stand out. */
export function textPage(title: Printable, lines: (width: number) => readonly Printable[]): Page {
  return { title, lines: (columns) => lines(pageWidthIn(columns)).map((text) => ({ text })) };
}
