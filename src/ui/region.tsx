// The live region as components: they draw the rows that text/ has laid out, and decide nothing.
// The rule: the commit that draws the region also reports the cursor's place. Nothing is animated.
import { Box, Text } from 'ink';
import TextInput from 'ink-text-input';
import { memo, useInsertionEffect, useSyncExternalStore } from 'react';
import { toAsciiCells } from '../trace/text/ascii.ts';
import type { Cell } from './frame.ts';
import type { Model } from './model.ts';
import type { TextRow } from './text/layout.ts';
import type { PromptLayout, PromptRow } from './text/prompt.ts';
import { layScreen } from './text/screen.ts';
import { look } from './theme.ts';

export interface RegionProps {
  readonly model: Model;
  /** Gets the place of the cursor before what it belongs to is drawn; undefined when the region is gone. */
  readonly onCursor: (cursor: Cell | undefined) => void;
}

/** Everything that moves. */
export function Region({ model, onCursor }: RegionProps): React.JSX.Element {
  const scene = useSyncExternalStore(model.subscribe, model.scene, model.scene);
  const { prompt, below } = layScreen(scene);
  const { x, y } = prompt.cursor;
  // Layout effects would come after the frame is drawn.
  useInsertionEffect(() => {
    onCursor({ x, y });
    return () => onCursor(undefined);
  }, [onCursor, x, y]);
  return (
    <Box flexDirection="column">
      <Prompt layout={prompt} color={scene.color} />
      <Rows rows={scene.ascii ? below.map(inAscii) : below} color={scene.color} />
    </Box>
  );
}

/** Rows of toned text, one line each. */
export function Rows({
  rows,
  color,
}: {
  readonly rows: readonly TextRow[];
  readonly color: boolean;
}): React.JSX.Element[] {
  return rows.map((row, at) => <DrawnRow key={at} row={row} color={color} />);
}

const DrawnRow = memo(
  function DrawnRow({ row, color }: { readonly row: TextRow; readonly color: boolean }): React.JSX.Element {
    return (
      <Text wrap="truncate">
        {row.map(({ text, tone }, at) => (
          <Text key={at} {...look(tone, color)}>
            {text}
          </Text>
        ))}
      </Text>
    );
  },
  (before, after) => before.color === after.color && sameRow(before.row, after.row),
);

function inAscii(row: TextRow): TextRow {
  return row.map((one) => ({ ...one, text: toAsciiCells(one.text) }));
}

function sameRow(one: TextRow, other: TextRow): boolean {
  return (
    one.length === other.length &&
    one.every((span, at) => span.text === other[at]?.text && span.tone === other[at].tone)
  );
}

function Prompt({
  layout,
  color,
}: {
  readonly layout: PromptLayout;
  readonly color: boolean;
}): React.JSX.Element[] {
  return layout.rows.map((row, at) => <Line key={at} row={row} color={color} />);
}

// ink-text-input draws the line and takes no keys: the editor has them, and the terminal's own cursor shows the place.
function Line({ row, color }: { readonly row: PromptRow; readonly color: boolean }): React.JSX.Element {
  return (
    <Box height={1} flexShrink={0}>
      {row.prompt !== '' && <Text {...look('prompt', color)}>{row.prompt}</Text>}
      <TextInput value={row.text} focus={false} showCursor={false} onChange={ignore} />
      {row.suggestion !== '' && <Text {...look('dim', color)}>{row.suggestion}</Text>}
    </Box>
  );
}

function ignore(): void {
  // Without focus no change can come.
}
