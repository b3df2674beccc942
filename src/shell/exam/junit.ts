// The results of a check as JUnit XML, which CI systems show. Pure.
import type { Checked } from '../../engine/exam/check/check-server.ts';
import { xml } from '../../trace/export/escape.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { proofText } from './proof-text.ts';

/** One suite with a test case for each case. A skipped or failed one has its text as the message. */
export function junit(who: Printable, checked: readonly Checked[]): string {
  const count = (verdict: string): number =>
    checked.filter(({ result }) => result.verdict === verdict).length;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="tftpsh check ${xml(who)}" tests="${checked.length}" failures="${count('FAIL')}" skipped="${count('SKIP')}">`,
    ...checked.flatMap(testCase),
    '</testsuite>',
  ];
  return `${lines.join('\n')}\n`;
}

function testCase({
  row: { number, title, section },
  result: { verdict, text, proofs },
}: Checked): readonly string[] {
  const name = xml(say`case ${number}: ${printable(title)}`);
  const head = `  <testcase classname="${xml(printable(section))}" name="${name}"`;
  const message = xml(text);
  const proof = proofs.length === 0 ? '' : xml(proofText(proofs));
  switch (verdict) {
    case 'PASS':
      return [`${head}><system-out>${message}; ${proof}</system-out></testcase>`];
    case 'FAIL':
      return [`${head}><failure message="${message}">${proof}</failure></testcase>`];
    case 'SKIP':
      return [`${head}><skipped message="${message}"/></testcase>`];
  }
}
