// Mouse reports of a terminal (xterm's modes 1000 and 1006), and what they do.
import { EventEmitter } from 'node:events';
import { expect, it, test } from 'vitest';
import { listenKeys } from '../../src/ui/keys.ts';
import { mouseAct } from '../../src/ui/mouse.ts';

const report = (button: number, column: number, row: number, end = 'M'): string =>
  `\u001b[<${button};${column};${row}${end}`;

test.each([
  ['the left button selects the row under it', report(0, 3, 4), { type: 'click', row: 3 }],
  ['beyond column 223, as wide windows have', report(0, 300, 1), { type: 'click', row: 0 }],
  ['with Ctrl or Alt it does the same', report(16 + 8, 1, 2), { type: 'click', row: 1 }],
  ['the wheel up', report(64, 1, 1), { type: 'wheel', by: -1 }],
  ['the wheel down', report(65, 1, 1), { type: 'wheel', by: 1 }],
  ['the wheel to the side does nothing', report(66, 1, 1), undefined],
  ['letting go does nothing', report(0, 3, 4, 'm'), undefined],
  ['the middle button does nothing', report(1, 3, 4), undefined],
  ['the right button does nothing', report(2, 3, 4), undefined],
  ['moving does nothing', report(35, 3, 4), undefined],
  ['dragging does nothing', report(32, 3, 4), undefined],
  ['a report cut short is none', '\u001b[<0;3M', undefined],
  ['another reply is none', '\u001b[24;80R', undefined],
] as const)('%s', (_name, sent, act) => {
  expect(mouseAct(sent)).toEqual(act);
});

it('reports come in order with the keys around them', () => {
  const source = new EventEmitter();
  const seen: string[] = [];
  listenKeys(
    source,
    (intent) => seen.push(intent.type === 'insert' ? intent.text : intent.type),
    () => false,
    (reply) => seen.push(JSON.stringify(mouseAct(reply))),
  );
  source.emit('data', `a${report(64, 1, 1)}b${report(0, 1, 9)}${report(0, 1, 9, 'm')}\r`);
  expect(seen).toEqual([
    'a',
    '{"type":"wheel","by":-1}',
    'b',
    '{"type":"click","row":8}',
    undefined,
    'enter',
  ]);
});
