#!/usr/bin/env node
// Takes the arguments of atftp and runs our client: for the tests of atftp's authors, which read its trace and its status.
// Each packet that ours shows is written in the form of atftp.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../dist/cli.cjs', import.meta.url));
const words = process.argv.slice(2);
if (words.includes('--help')) process.exit(0);

const given = { options: new Map(), places: [], isPut: false, remote: undefined, local: undefined };
while (words.length > 0) {
  const word = words.shift();
  if (word === '--put') given.isPut = true;
  else if (word === '--remote-file' || word === '-r') given.remote = words.shift();
  else if (word === '--local-file' || word === '-l') given.local = words.shift();
  else if (word === '--option') {
    const [name, value] = words.shift().split(' ');
    given.options.set(name, value);
  } else if (!word.startsWith('-')) given.places.push(word);
}

const { options, isPut, local, remote = local, places } = given;
const uri = `tftp://${places[0]}:${places[1] ?? 69}/${remote}`;
const lines = [
  'set trace full',
  ...(options.size === 0 ? ['options off'] : []),
  ...['blksize', 'windowsize'].map((name) => `set ${name} ${options.get(name) ?? 'off'}`),
  `set tsize ${options.has('tsize') ? 'on' : 'off'}`,
  ...(options.has('timeout') ? [`set rexmt ${options.get('timeout')}s`] : []),
  isPut ? `put ${local} ${uri}` : `get -f ${uri} ${local}`,
  '',
];
const client = spawn(process.execPath, [program], {
  stdio: ['pipe', 'pipe', 'pipe'],
  env: { ...process.env, COLUMNS: '200' },
});
client.stdin.end(lines.join('\n'));
let complaint = '';
client.stderr.on('data', (text) => (complaint += text));
const ended = new Promise((resolve) => client.once('close', resolve));

let block = 0;
/** Block numbers roll over on the wire; atftp counts on. */
const counted = (number) => (block = number + 65536 * Math.round((block - number) / 65536));
const shown = [];
for await (const line of createInterface({ input: client.stdout })) {
  const [, arrow, op, rest] = /^\s+[\d.]+\s+([→←]) ([A-Z]+)\s*(.*)/.exec(line) ?? [];
  const verb = arrow === '→' ? 'sent' : 'received';
  if (op === 'DATA' || op === 'ACK')
    shown.push(`${verb} ${op} <block: ${counted(Number(/^\d+/.exec(rest)[0]))}>`);
  if (op === 'OACK')
    shown.push(
      `${verb} OACK <${rest
        .match(/\w+=\d+/g)
        .join(', ')
        .replaceAll('=', ': ')}>`,
    );
  if (op === 'ERROR') shown.push(`${verb} ERROR <${/^\d+ (.*?)(?: {2}|$)/.exec(rest)?.[1]}>`);
}
const status = await ended;
const misuse = 64;
// Our client refuses such a value itself; atftp lets the server do it.
if (status === misuse) shown.push('<Failure to negotiate RFC2347 options>');
if (process.argv.includes('--trace')) console.error(shown.join('\n'));
if (status !== 0) console.error(complaint.trim());
process.exitCode = status === 0 ? 0 : 255;
