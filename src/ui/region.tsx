// The live region as components: they colour what text/* has laid out, and place the real cursor.
// The rule: one component reads the model and is rendered by every commit, since Ink hides the cursor after
// a commit in which the component that placed it did not take part. Nothing ticks, nothing spins.
import { Box, Text, useCursor, useStdout } from 'ink';
import TextInput from 'ink-text-input';
import { memo, useLayoutEffect, useSyncExternalStore } from 'react';
import type { Model } from './model.ts';
import type { Row } from './text/layout.ts';
import type { PromptLayout, PromptRow } from './text/prompt.ts';
import { layScreen } from './text/screen.ts';
import { look } from './theme.ts';

export interface RegionProps {
  readonly model: Model;
  /** Gets the writer for what goes above the live region, and undefined when that is gone. */
  readonly onWriter: (write: ((text: string) => void) | undefined) => void;
}

/** Everything that moves. */
export function Region({ model, onWriter }: RegionProps): React.JSX.Element {
  const scene = useSyncExternalStore(model.subscribe, model.scene, model.scene);
  const { write } = useStdout();
  const { setCursorPosition } = useCursor();
  const { above, prompt, below } = layScreen(scene);
  // In the commit itself: a line that came before the writer would be printed into the frame.
  useLayoutEffect(() => {
    onWriter(write);
    return () => onWriter(undefined);
  }, [write, onWriter]);
  setCursorPosition({ x: prompt.cursor.x, y: above.length + prompt.cursor.y });
  return (
    <Box flexDirection="column">
      <Rows rows={above} color={scene.color} />
      <Prompt layout={prompt} color={scene.color} />
      <Rows rows={below} color={scene.color} />
    </Box>
  );
}

/** Rows of toned text, one line each. */
export function Rows({
  rows,
  color,
}: {
  readonly rows: readonly Row[];
  readonly color: boolean;
}): React.JSX.Element[] {
  return rows.map((row, at) => <DrawnRow key={at} row={row} color={color} />);
}

const DrawnRow = memo(
  function DrawnRow({ row, color }: { readonly row: Row; readonly color: boolean }): React.JSX.Element {
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

function sameRow(one: Row, other: Row): boolean {
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
