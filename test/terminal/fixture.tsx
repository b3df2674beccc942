// The interface over the fake shell, as a program of its own: what the journeys run before there is a product to run.
import { writeSync } from 'node:fs';
import { fakeShell, text } from '../ui/fake-shell.ts';
import { realClock, turn } from '../../src/network/clock.ts';
import { runInk } from '../../src/ui/app.tsx';

const shell = fakeShell(['connect 10.0.0.1', 'get boot.cfg']);
const { stdin, stdout, stderr } = process;
process.on('uncaughtException', (error) => {
  writeSync(2, `crashed: ${error.message}\n`);
  process.exit(70);
});
const status = await runInk(shell, {
  stdin,
  stdout,
  stderr,
  process,
  writeSync: (out) => writeSync(1, out),
  now: () => realClock.now(),
  turn,
  after: (milliseconds, then) => realClock.after(milliseconds, then),
  color: process.env['NO_COLOR'] === undefined,
  ascii: false,
  mouse: true,
  banner: [{ kind: 'hint', text: text(`process ${process.pid}`) }],
});
writeSync(1, `left with ${status}\n`);
process.exit(status);
