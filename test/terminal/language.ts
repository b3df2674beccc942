// The whole language as somebody types it: each line, what it has to say, and how every row of that must look.
// The rule: data only; each command of the registry is in here at least once.

/** One typed line. */
export interface Step {
  readonly line: string;
  readonly says: string | RegExp;
  /** What each row has to match: a table whose rows are broken fails. */
  readonly rows?: RegExp;
  /** It has a screen of its own, which shows this until Escape. */
  readonly view?: RegExp;
  /** Our own server is the chosen one from then on. */
  readonly connects?: true;
}

const step = (line: string, says: Step['says'], more: Omit<Step, 'line' | 'says'> = {}): Step => ({
  ...{ line, says },
  ...more,
});

const packetRow =
  /^(?: +\d+\.\d{6}| {5,}—) +(?:(?:client|server) )?[→←] (?:RRQ|WRQ|OACK|DATA|ACK|ERROR) .* \d+ B$|^ {13,}\S|^✔ /;

export const language: readonly Step[] = [
  step(
    'status',
    /^Not connected\.\nMode: octet .*\nRexmt-interval: 1 second, Max-timeout: 25 seconds\nSockets: .*$/,
  ),
  step('get boot.cfg', 'Not connected. Try "connect HOST"'),
  step('lcd', 'Local directory now'),
  step('lcd here', 'Local directory now'),
  step('lpwd', /Local directory now\s\S+\/here$/),
  step('lls', /up\.txt/),
  step('gt x', '?Invalid command "gt". Did you mean "get"?'),
  step('serve ../share --port 0 --write', /^listening on 127\.0\.0\.1:\d+\noffering /),
  step('connect self', 'Nothing has been sent', { connects: true }),
  step('ls', /boot\.cfg/, { rows: /^Our server offers 4 files:$|^ {4,}[\d,]+ {2}\S+$/ }),
  step('serve', /active 0 /),
  step('set blksize 99999', /^blksize must be 8–65464[^^]*\n {2}set blksize 99999\n {14}\^{5}\n/),
  step('blksize 512', 'blksize 512'),
  step('windowsize 4', 'windowsize 4'),
  step('timeout 10s', 'timeout 10 s'),
  step('rexmt 900ms', 'rexmt 900 ms'),
  step('tsize on', 'tsize on'),
  step('options on', 'options on'),
  step('rollover', 'rollover 0'),
  step('literal off', 'Literal mode off.'),
  step('mode', 'Using octet mode to transfer files.'),
  step('ascii', 'Using netascii mode to transfer files.'),
  step('binary', 'Using octet mode to transfer files.'),
  step('set', /^$/, { view: /^Settings; \* marks .*\n\n {2}mode +octet/ }),
  step('set hash on', 'hash on'),
  step('unset hash', 'hash off'),
  step('get boot.cfg', /^✔ boot\.cfg {3}4,102 B in \S+ m?s \(.*\) {3}9 blocks, 0 resent$/m),
  step('put up.txt', /^✔ up\.txt {3}3 B in /m),
  step('stat boot.cfg', 'boot.cfg: 4,102 octets'),
  step('trace on', 'Packet tracing on.'),
  step('get a.cfg', /^✔ a\.cfg/m, { rows: packetRow }),
  step('trace off', 'Packet tracing off.'),
  step('verbose on', 'Verbose mode on.'),
  step(
    'get a.cfg again.cfg',
    /^getting from 127\.0\.0\.1:a\.cfg to again\.cfg \[octet\]\nReceived 4102 bytes in /,
  ),
  step('verbose off', 'Verbose mode off.'),
  step('transfers', /get a\.cfg/, {
    rows: /^ {2,3}\d+ \d\d:\d\d:\d\d (?:get|put|stat|serve|take) \S.*$|^ {14}[\d,]+ (?:B|blocks?)/,
  }),
  step('stats', /goodput/, { rows: /^transfer \d+: get|^[a-z ]{16}/ }),
  step('explain 1', /RRQ/),
  step('diff 7 9', /^$/, { view: /^DIFF {2}transfers 7 and 9/ }),
  step('diff 7 9 --plain', / alike\.$/m),
  step('packet 3', /^$/, { view: /^packet 3 of \d+ {3}ACK/ }),
  step('ladder', /^$/, { view: /RRQ "a\.cfg"/ }),
  step('ladder --play 1x', /^$/, { view: /RRQ "a\.cfg"/ }),
  step('ladder --plain', /done: 4,102 octets/, {
    rows: /^LADDER {2}get|^ +client :|^ *\d* +\d+\.\d{6} │.*│/,
  }),
  step('export lost.svg', /✔ lost\.svg/),
  step('capture c.pcapng', 'Capturing every packet to c.pcapng'),
  step('get b.cfg', /✔ b\.cfg/),
  step('capture off', /^c\.pcapng {3}\d+ packets, /m),
  step('open c.pcapng', /^$/, { view: /get b\.cfg .* complete/ }),
  step('extract ../out', /b\.cfg/),
  step('open off', /our own transfers again/),
  step('show command', /^tftpsh --timeout=10s [^]*get\s?'tftp:/),
  step('diagnose 1', /\S/),
  step('step', 'Step mode is off.'),
  step('step until last', /^Step mode is on: packets pass until the last DATA;/),
  step('step off', 'Step mode is off.'),
  ...['next', 'drop', 'twice', 'wait 2s', 'edit block 1', 'inject ack 1', 'release', 'predict ack 1'].map(
    (line) => step(line, 'Step mode is off: "step on".'),
  ),
  step('impair loss 5%', /loss 5%/),
  step('impair', /loss 5%/),
  step('seed 7', /7/),
  step('packetdrop 0', /\S/),
  step('impair off', /\S/),
  step('impair-proxy', /impair-proxy/),
  step('lab', /lab/),
  step('lesson', /^17 lessons, 0 done\.[^]* 2 {3}new-port /),
  step('hint', 'No lesson is under way'),
  step('probe a/b', 'Not a host name or address.'),
  step('check a/b', 'Not a host name or address.'),
  step('emulate', /^u-boot /),
  step('tune', 'tune needs a file'),
  step('replay', 'replay needs a capture'),
  step('abort', 'No transfer is running.'),
  step('!echo lpwd >script; seq 60', /^1\n(?:\d+\n)+60$/, { rows: /^\d+$/ }),
  step('source script', /^Local directory now\s\S+\/here$/),
  step('history', / source script\n.* history$/, { rows: /^ {3,4}\d+ {2}\S/ }),
  step('help', /status-codes/, {
    rows: /^(?: {2}[a-z-]+ +\S.*| {15}\S.*)$|^"help COMMAND"|^abbreviated|^!CMD/,
  }),
  step('help mode', /^mode, m: /),
  step('help get', /^get, g: fetch files\n[^]*tftp:\/\/10\.0\.0\.5\/boot\.img -$/),
  step('help serve', /^$/, { view: /^help serve\n\nserve: / }),
  step('serve log', /b\.cfg/, { rows: /^\d\d:\d\d:\d\d {2}(?:✗ )?127\.0\.0\.1:\d+ \S/ }),
  step('server', /^$/, {
    view: /^SERVER 127\.0\.0\.1:\d+ [^]*\n {2}LOG +\d+ lines, the newest first\n› \d\d:\d\d:\d\d /,
  }),
  step('emulate u-boot get a.cfg emulated', /^✔ a\.cfg → emulated {3}4,102 B in /m),
  step('tune a.cfg --time 1s', /^octets a second; windowsize across[^]*\nbest: blksize \d+, windowsize \d+/m),
  step('replay c.pcapng', /^\d+ transfers? asked again, \d+ with other packets$/m),
  step('serve stop', 'Server stopped.'),
];
