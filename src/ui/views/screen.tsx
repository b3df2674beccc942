// A full-screen view as components: they colour the rows that the controller has laid out, and do nothing else.
import { Box } from 'ink';
import { useSyncExternalStore } from 'react';
import { Rows } from '../region.tsx';
import type { FullScreen } from './view-types.ts';

/** The rows of a viewer, one line each. */
export function ViewScreen({ viewer }: { readonly viewer: FullScreen }): React.JSX.Element {
  const { rows, color } = useSyncExternalStore(viewer.subscribe, viewer.state, viewer.state);
  return (
    <Box flexDirection="column">
      <Rows rows={rows} color={color} />
    </Box>
  );
}
