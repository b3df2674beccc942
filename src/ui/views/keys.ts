// What keys do in full-screen views, and the hints of the last row: both come from the table of the views' keys.
import {
  hintKeys,
  hintMeaning,
  mouseHints,
  viewHints,
  viewKeys,
  type KeyHint,
  type ViewAction,
  type ViewName,
} from '../../shell/session/view-keys.ts';
import type { Page } from '../../shell/session/view.ts';
import { shown } from '../../shell/editor/text.ts';
import { keyId, type Keypress } from '../keys.ts';
import { asciiGlyphs, padText, type Glyphs, type RowPart } from '../text/layout.ts';

/** The keys of all screens; with a name, those of that screen alone. */
function actionsOf(only: ViewName | undefined): ReadonlyMap<string, ViewAction> {
  const rows = Object.entries<{ readonly ids: readonly string[]; readonly only?: string }>(viewKeys);
  return new Map(
    rows
      .filter(([, key]) => key.only === only)
      .flatMap(([action, { ids }]) => ids.map((id): [string, ViewAction] => [id, action as ViewAction])),
  );
}

const actions = actionsOf(undefined);
const ownActions = { server: actionsOf('server') } as const satisfies Partial<
  Record<ViewName, ReturnType<typeof actionsOf>>
>;

/** What a key does in a view; undefined: nothing. */
export function viewAction(
  character: string | undefined,
  key: Keypress,
  view?: ViewName,
): ViewAction | undefined {
  // Node names g and G alike, and has no name for signs.
  const id = /^[A-Z/?:+=-]$/.test(character ?? '') ? (character ?? '') : keyId(key);
  return (view === 'server' ? ownActions.server.get(id) : undefined) ?? actions.get(id);
}

/** The hints of a screen as parts of its last row. `grows`: more rows come as time goes on. */
export function hintParts(view: ViewName, glyphs: Glyphs, grows = true): readonly RowPart[] {
  const hints: readonly KeyHint[] = viewHints[view].hints;
  return hints.flatMap((hint): readonly RowPart[] => {
    if (hint.drop === undefined || (hint.growing === true && !grows)) return [];
    return [{ text: `${hintKeys(hint, glyphs === asciiGlyphs)} ${hint.does}`, tone: 'dim', drop: hint.drop }];
  });
}

/** The keys of a screen as a page of text. */
export function keysPage(view: ViewName, glyphs: Glyphs): Page {
  const { screen, hints }: { readonly screen: string; readonly hints: readonly KeyHint[] } = viewHints[view];
  const rows = [
    ...hints.map((hint) => [hintKeys(hint, glyphs === asciiGlyphs), hintMeaning(hint)] as const),
    ['Ctrl-L', 'draw the screen again'] as const,
    ['Ctrl-Z', 'suspend'] as const,
    ...mouseHints,
  ];
  const lines = rows.map(([keys, does]) => ({ text: shown(`  ${padText(keys, 18, glyphs)} ${does}`) }));
  return { title: shown(`Keys of ${screen}`), lines: () => lines };
}
