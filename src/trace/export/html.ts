// A transfer as one HTML file that needs nothing else: the ladder, the figures, and why things happened.
// No script, no address of anything outside; text from the net is escaped. Imports wire's words and types.
import { join, say, type Printable } from '../../wire/text.ts';
import { explainTransfer } from '../explain.ts';
import { ladder as ladderOf } from '../ladder.ts';
import type { Figures } from '../statistics.ts';
import { figureLines } from '../statistics-text.ts';
import type { Transcript } from '../transcript.ts';
import { xml } from './escape.ts';
import { ladderSvg } from './svg.ts';

const style = `
:root{color-scheme:light dark}
body{max-width:62rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.3rem}h2{font-size:1.1rem}svg{width:100%;height:auto}
pre{overflow-x:auto;font:13px/1.5 ui-monospace,Menlo,Consolas,monospace}small{opacity:.7}`;

/** The page, ending in a newline. */
export function transferHtml(transcript: Transcript, figures: Figures): string {
  const ladder = ladderOf(transcript);
  const title = join([say`TFTP`, ladder.title], say` `);
  const reasons = explainTransfer(transcript).map(
    ({ text, source, inferred }) =>
      `<li>${xml(text)} <small>${xml(inferred ? say`${source}; inferred` : source)}</small></li>`,
  );
  const lines = figureLines(figures, { columns: 80, ascii: false });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${xml(title)}</title>
<style>${style}
</style>
</head>
<body>
<h1>${xml(title)}</h1>
${ladderSvg(ladder)}${section(say`Why`, reasons.length === 0 ? '' : `<ul>\n${reasons.join('\n')}\n</ul>`)}
${section(say`Figures`, `<pre>${lines.map(xml).join('\n')}</pre>`)}
</body>
</html>
`;
}

function section(title: Printable, content: string): string {
  return content === '' ? '' : `<h2>${xml(title)}</h2>\n${content}`;
}
