// The words of impair: what they mean, that a saved line means the same again, and what a wrong word is told.
import { describe, expect, test } from 'vitest';
import { deeds } from '../../../src/engine/deeds.ts';
import { teachingCommands } from '../../../src/shell/commands/teaching.ts';
import { actions, faultsOf, lineOf, readChanges, scriptedRule } from '../../../src/shell/impair/grammar.ts';
import { quantities } from '../../../src/shell/impair/quantities.ts';
import { isMisuse } from '../../../src/shell/language/misuse.ts';
import { parse } from '../../../src/shell/language/parse.ts';
import { ack, data } from '../../support/script.ts';

function read(line: string) {
  const parsed = parse(line);
  return readChanges(parsed.type === 'command' ? parsed.words : []);
}

const changes = (line: string) => {
  const read_ = read(line);
  if (isMisuse(read_)) throw new Error(read_.message);
  return read_;
};

test.each([
  'loss 5%',
  'client loss 0.1%',
  'server delay 20ms',
  'jitter 5ms',
  'lag 2s',
  'burst 3',
  'rate 1M',
  'rate 64k',
  'rate 1500',
  'mtu 600',
  'client drop ACK 2 once',
  'server dup DATA 3..5',
  'delay DATA 3 200ms once',
  'reorder DATA 2x',
  'corrupt ANY once',
  'truncate OACK',
  'server oack-blksize 4096',
  'server oack-unasked',
  'server silence 3',
])('%s is written as it is read', (line) => {
  expect(changes(line).map(lineOf)).toEqual([line]);
});

test.each([
  [
    'loss 5% dup 1% client delay 20ms drop ack 2 once',
    ['loss 5%', 'dup 1%', 'client delay 20ms', 'client drop ACK 2 once'],
  ],
  ['loss 5', ['loss 5%']],
  ['rate 1048576', ['rate 1M']],
  ['silence after 7', ['server silence 7']],
  ['wrong-tid', ['server wrong-tid 2']],
  ['client loss 1% server loss 2% both dup 3%', ['client loss 1%', 'server loss 2%', 'dup 3%']],
])('%s', (line, lines) => {
  expect(changes(line).map(lineOf)).toEqual(lines);
});

test('a percentage is a probability, and without an end it holds for both', () => {
  expect(faultsOf(changes('loss 5% client delay 20ms'))).toEqual({
    client: { loss: 0.05, delay: 20 },
    server: { loss: 0.05 },
  });
});

test('a rule matches its blocks only, as often as it says', () => {
  const [change] = changes('server dup DATA 3..5 twice');
  if (change?.type !== 'rule') throw new Error('not a rule');
  const rule = scriptedRule(change.rule);
  expect(rule).toMatchObject({ sender: 'server', fate: 'duplicated', times: 2, reason: 'dup DATA 3..5 2x' });
  expect([2, 3, 5, 6].map((block) => rule.matches(data(block)))).toEqual([false, true, true, false]);
  expect(rule.matches(ack(3))).toBe(false);
});

describe('a wrong word is named, with what would be right', () => {
  test.each([
    ['loss 101%', '101%', 'loss takes a percentage from 0% to 100%, such as 5%.'],
    ['loss -1', '-1', 'loss takes a percentage from 0% to 100%, such as 5%.'],
    ['delay fast', 'fast', 'delay takes a time up to 10m, such as 20ms.'],
    ['mtu 10', '10', 'mtu takes a whole number from 32 on, such as 600.'],
    ['los 5%', 'los', '"los" is not an impairment. Did you mean "loss"?'],
    ['drop', 'drop', 'Say which packets: "drop ACK 2", "drop DATA 3..5".'],
    ['drop RRQ 2', '2', 'RRQ has no block number.'],
    ['client wrong-tid', 'wrong-tid', 'wrong-tid is a deed of the server.'],
    ['client', 'client', 'Say what happens to these packets: "client loss 5%".'],
    ['drop DATA 5..3', '5..3', '"5..3" is not an impairment. "help impair" lists them.'],
  ])('%s', (line, word, message) => {
    const answer = read(line);
    expect(isMisuse(answer) && [answer.word?.text, answer.message]).toEqual([word, message]);
  });
});

test('the help names every fault, every action and every deed', () => {
  const help = teachingCommands[0]?.details?.join('\n') ?? '';
  const words = [
    ...quantities.map(({ word }) => word),
    ...Object.keys(actions),
    ...deeds.map(({ name }) => name),
  ];
  expect(words.filter((word) => !help.includes(word))).toEqual([]);
  const offered = teachingCommands[0]?.args[0]?.words ?? [];
  expect(words.filter((word) => !offered.includes(word))).toEqual([]);
});
