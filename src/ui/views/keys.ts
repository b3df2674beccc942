// What keys do in full-screen views, and the hints of the last row: both come from the table of the views' keys.
import {
  hintKeys,
  viewHints,
  viewKeys,
  type KeyHint,
  type ViewAction,
  type ViewName,
} from '../../shell/session/view-keys.ts';
import { keyId, type Keypress } from '../keys.ts';
import { asciiGlyphs, type Glyphs, type RowPart } from '../text/layout.ts';

const actions: ReadonlyMap<string, ViewAction> = new Map(
  (Object.keys(viewKeys) as ViewAction[]).flatMap((action) =>
    viewKeys[action].ids.map((id): [string, ViewAction] => [id, action]),
  ),
);

/** What a key does in a view; undefined: nothing. */
export function viewAction(character: string | undefined, key: Keypress): ViewAction | undefined {
  // Node names g and G alike, and has no name for /.
  return actions.get(character === 'G' || character === '/' ? character : keyId(key));
}

/** The hints of a screen as parts of its last row. `grows`: more rows come as time goes on. */
export function hintParts(view: ViewName, glyphs: Glyphs, grows = true): readonly RowPart[] {
  const hints: readonly KeyHint[] = viewHints[view].hints;
  return hints.flatMap((hint): readonly RowPart[] => {
    if (hint.drop === undefined || (hint.growing === true && !grows)) return [];
    return [{ text: `${hintKeys(hint, glyphs === asciiGlyphs)} ${hint.does}`, tone: 'dim', drop: hint.drop }];
  });
}
