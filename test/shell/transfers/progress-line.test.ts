// The progress line of the plain shell: one row of the terminal, whatever the names are.
import { expect, it } from 'vitest';
import stringWidth from 'string-width';
import { ProgressLine } from '../../../src/shell/transfers/progress-line.ts';
import { text, transfer } from '../../ui/fake-shell.ts';

function shown(columns: number, names: readonly string[]): string {
  const written: string[] = [];
  const line = new ProgressLine((each) => written.push(each), columns);
  line.show({ transfers: names.map((name) => ({ ...transfer, name: text(name) })) });
  return written.join('').replace('\r', '');
}

it.each([80, 120])('at %s columns a long name is cut in the middle, and its figures stay', (columns) => {
  for (const sign of ['n', '固', '🚀'])
    expect(shown(columns, [`begin-${sign.repeat(100)}-end.bin`])).toMatch(
      /^begin-.*….*-end\.bin {2}62% {2}9\.1 MB/,
    );
});

it('T06: no text is wider than the row', () => {
  for (const names of [['固'.repeat(60)], ['a', '固件', 'c', 'd'], ['🚀'.repeat(50), 'b']])
    expect(stringWidth(shown(80, names))).toBeLessThanOrEqual(79);
});

it('what was wider before is overwritten in columns', () => {
  const written: string[] = [];
  const line = new ProgressLine((each) => written.push(each), 80);
  line.show({ transfers: [{ ...transfer, name: text('固件固件') }] });
  line.show({ transfers: [{ ...transfer, name: text('a') }] });
  const [first = '', second = ''] = written.map((each) => stringWidth(each));
  expect(second).toBe(first);
});
