// The yardstick: the least that a TFTP transfer costs over node:dgram. No timers, no checks, no files written:
// it hangs where a datagram is lost, and is no model for anything.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BareTerms {
  readonly blksize: number;
  readonly windowsize: number;
}

export interface BareTarget {
  readonly host: string;
  readonly port: number;
  readonly file: string;
}

export const loopback = '127.0.0.1';

/** Every address is numeric: no look-up, and so no tick for each datagram. */
const lookup = (
  host: string,
  _options: unknown,
  done: (error: null, host: string, family: number) => void,
): void => done(null, host, 4);

export function newSocket(): Socket {
  return createSocket({ type: 'udp4', lookup, recvBufferSize: 4 * 1024 * 1024 });
}

export function request(op: 1 | 2, file: string, { blksize, windowsize }: BareTerms): Buffer {
  const fields = [file, 'octet'];
  if (blksize !== 512) fields.push('blksize', String(blksize));
  if (windowsize !== 1) fields.push('windowsize', String(windowsize));
  return Buffer.from(`\0${String.fromCharCode(op)}${fields.join('\0')}\0`, 'latin1');
}

/** What an OACK grants, or the classic terms. */
export function granted(datagram: Buffer): BareTerms {
  const fields = datagram.toString('latin1', 2).split('\0');
  const value = (name: string, otherwise: number): number => {
    const at = fields.findIndex((field) => field.toLowerCase() === name);
    return at === -1 ? otherwise : Number(fields[at + 1]);
  };
  return { blksize: value('blksize', 512), windowsize: value('windowsize', 1) };
}

/** What the server grants of a request: the block and the window as asked, and nothing else. */
export function accept(datagram: Buffer): Buffer | undefined {
  const asked = datagram.toString('latin1', 2).split('\0');
  const answer = ['blksize', 'windowsize'].flatMap((name) => {
    const at = asked.indexOf(name);
    return at === -1 ? [] : [name, asked[at + 1] ?? ''];
  });
  return answer.length === 0 ? undefined : Buffer.from(`\0\x06${answer.join('\0')}\0`, 'latin1');
}

/** Octets of the file, which are counted and forgotten. */
export function bareGet(target: BareTarget, wanted: BareTerms): Promise<number> {
  return new Promise((resolve) => {
    const socket = newSocket();
    const ack = Buffer.from([0, 4, 0, 0]);
    let terms: BareTerms = { blksize: 512, windowsize: 1 };
    let block = 0;
    let octets = 0;
    let connected = false;
    const receive = (datagram: Buffer): void => {
      if (datagram[1] === 6) terms = granted(datagram);
      else octets += datagram.length - 4;
      const last = datagram[1] === 3 && datagram.length - 4 < terms.blksize;
      if (datagram[1] === 3) block++;
      if (datagram[1] === 6 || last || block % terms.windowsize === 0) {
        ack.writeUInt16BE(block & 0xffff, 2);
        socket.send(ack, last ? () => end() : undefined);
      }
    };
    const end = (): void => {
      socket.close();
      resolve(octets);
    };
    socket.on('message', (datagram, from) => {
      if (connected) receive(datagram);
      else
        socket.connect(from.port, from.address, () => {
          connected = true;
          receive(datagram);
        });
    });
    socket.bind(0, loopback, () => socket.send(request(1, target.file, wanted), target.port, target.host));
  });
}

/** @returns what takes the number of each ACK and sends the window after it. */
function sender(socket: Socket, content: Buffer, terms: BareTerms, done: () => void): (ack: number) => void {
  const { blksize, windowsize } = terms;
  const last = Math.floor(content.length / blksize) + 1;
  const datagram = Buffer.alloc(4 * windowsize);
  let base = 0;
  return (ack) => {
    base += (ack - base) & 0xffff;
    if (base >= last) {
      done();
      return;
    }
    for (let slot = 0; slot < windowsize && base + slot < last; slot++) {
      const index = base + slot + 1;
      const head = datagram.subarray(slot * 4, slot * 4 + 4);
      head.writeUInt32BE(0x30000 | (index & 0xffff));
      socket.send([head, content.subarray((index - 1) * blksize, index * blksize)]);
    }
  };
}

/** Serves the files of `root` from memory; resolves with its port. */
export function bareServer(root: string): Promise<number> {
  const files = new Map<string, Buffer>();
  const read = (name: string): Buffer => {
    const content = files.get(name) ?? readFileSync(join(root, name));
    files.set(name, content);
    return content;
  };
  const listener = newSocket();
  listener.on('message', (datagram, from) => {
    const [name = ''] = datagram.toString('latin1', 2).split('\0');
    const terms = granted(datagram);
    const oack = accept(datagram);
    const socket = newSocket();
    socket.bind(0, loopback, () =>
      socket.connect(from.port, from.address, () => {
        serveRead(socket, read(name), terms, oack);
      }),
    );
  });
  return new Promise((resolve) => listener.bind(0, loopback, () => resolve(listener.address().port)));
}

function serveRead(socket: Socket, content: Buffer, terms: BareTerms, oack: Buffer | undefined): void {
  const send = sender(socket, content, terms, () => socket.close());
  socket.on('message', (datagram) => {
    if (datagram[1] === 5) socket.close();
    else send(datagram.readUInt16BE(2));
  });
  if (oack === undefined) send(0);
  else socket.send(oack);
}
