#!/usr/bin/env node
// Takes the arguments of atftpd and runs our server: for the tests of atftp's authors, which start and read atftpd.
// What they look for in its output is written here in its form.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../dist/cli.cjs', import.meta.url));
const words = process.argv.slice(2);

/** The value of `--name=value` or `--name value`. */
function valueOf(name) {
  const at = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
  return at < 0 ? undefined : words[at].includes('=') ? words[at].slice(name.length + 1) : words[at + 1];
}

/** The first of its patterns that matches is replaced, and no other one is tried. */
function rulesOf(patterns) {
  const lines = readFileSync(patterns, 'utf8').trim().split('\n');
  const rules = lines.map(
    (line) => `re ${line.replace(/\s+/, ' ').replaceAll('$1', '\\1').replaceAll('$2', '\\2')}`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'tftpsh-atftpd-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'rules'), `${rules.join('\n')}\n`);
  return ['--rewrite', join(folder, 'rules')];
}

const test = valueOf('--pcre-test');
const pcre = test ?? valueOf('--pcre');
const root = test === undefined ? words.at(-1) : tmpdir();
const server = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
const flags = [
  '--write',
  '--overwrite',
  '--log-starts',
  '--user',
  'root',
  '--port',
  valueOf('--port') ?? '0',
];
// Many clients of one address at a time are part of these tests. atftpd waits five seconds before it sends again.
const limits = ['--rate', '100000', '--max-transfers', '1000', '--rexmt', '5'];
process.on('SIGTERM', () => server.kill());
server.stdin.write(
  `serve ${[root, ...flags, ...limits, ...(pcre === undefined ? [] : rulesOf(pcre))].join(' ')}\n`,
);

if (test !== undefined) {
  for await (const name of createInterface({ input: process.stdin }))
    server.stdin.write(`serve rewrite ${name}\n`);
  server.stdin.end('quit\n');
}

for await (const line of createInterface({ input: server.stdout })) {
  if (test === undefined) console.log(`Jan 1 00:00:00 host atftpd: ${line}`);
  const asked = / begins to read (\S*PCRE\S*)/.exec(line)?.[1];
  if (asked !== undefined) server.stdin.write(`serve rewrite ${asked}\n`);
  const [, from, to] = /RRQ (\S+) becomes (\S+)/.exec(line) ?? [];
  if (from === undefined) continue;
  if (test !== undefined) console.log(`Substitution: "${from}" -> "${to}"`);
  else if (from !== to) console.log(`Jan 1 00:00:00 host atftpd: PCRE mapped ${from} -> ${to}`);
}
