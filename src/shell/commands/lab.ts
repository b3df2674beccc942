// lab: client and server in this process, on a network and a clock of their own. Its code is loaded when it is called.
import type { Command } from '../session/context.ts';

export const labCommand: Command = {
  name: 'lab',
  aliases: [],
  group: 'teaching',
  usage: ['[on|off]', 'speed 1x|10x|max', 'file NAME SIZE', 'run FILE'],
  summary: 'client and server in this process: no real network, and time stands still while nothing moves',
  details: [
    'get, put, stat, impair and every view work as usual. Both columns of a ladder are real ends, one millisecond apart.',
    'The same seed gives the same ladder to the microsecond: lab on starts again at time 0 with the built-in files.',
    'run FILE plays a scenario: lines of commands, then a line "ladder:" and the ladder that they must give; it says where the ladder differs.',
    'speed 1x runs the clock in real time, max as fast as this machine can.',
  ],
  args: [
    { name: 'WORD', kind: 'word', optional: true, words: ['on', 'off', 'speed', 'file', 'run'] },
    { name: 'NAME', kind: 'local', optional: true },
    { name: 'SIZE', kind: 'text', optional: true },
  ],
  examples: ['lab on', 'lab file large.bin 1M', 'lab speed 1x'],
  run: async (call, shell) => (await import('../lab/run.ts')).runLab(call, shell),
};
