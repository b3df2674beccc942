// Mistakes that the simulation must find: each replaces one text of one module, in a bundle of its own and never in src/.
// A text that is no longer there fails the build: then the mistake is written anew for the code of today.

/** @type {readonly { readonly name: string, readonly changes: readonly { readonly file: string, readonly from: string, readonly to: string }[] }[]} */
export const mutants = [
  {
    name: 'answers a duplicate ACK',
    changes: [
      {
        file: 'transfer/sender.ts',
        from: 'if (!goBack) return;',
        to: 'if (!goBack) { if (this.#sent > index) this.#sendBlock(index + 1, window); return; }',
      },
    ],
  },
  {
    name: 'accepts any source',
    changes: [
      {
        file: 'transfer/conversation.ts',
        from: "if (standing === 'peer' || standing === 'candidate') return true;",
        to: 'if (standing.length > 0) return true;',
      },
    ],
  },
  {
    name: 'accepts an ACK in a read',
    changes: [
      {
        file: 'transfer/receiver.ts',
        from: "this.#talk.failByViolation('the sender of the file sent an ACK');",
        to: 'this.#sendAck(this.#acked, true);',
      },
    ],
  },
  {
    name: 'acknowledges the last received',
    changes: [
      {
        file: 'transfer/receiver.ts',
        from: 'if (this.#outstanding === 0) this.#acknowledge(this.#acked === this.#next - 1);\n  }',
        to: 'this.#sendAck(index, false);\n  }',
      },
    ],
  },
  {
    name: 'publishes before the sync',
    changes: [
      {
        file: 'files/disk/sink.ts',
        from: 'if (durable) await handle.sync();',
        to: '',
      },
    ],
  },
  {
    name: 'truncates at the WRQ',
    changes: [
      {
        file: 'files/disk/temporary.ts',
        from: 'constants.O_CREAT | constants.O_EXCL',
        to: 'constants.O_CREAT | constants.O_TRUNC',
      },
      {
        file: 'files/disk/temporary.ts',
        from: 'const name = temporaryName(leaf, unique);',
        to: 'const name = leaf;',
      },
    ],
  },
  {
    name: 'takes a short read for the end of the file',
    changes: [
      {
        file: 'files/disk/source.ts',
        from: 'got += bytesRead;\n',
        to: 'got += bytesRead;\n      if (got < wanted) {\n        this.#offset = this.size - got;\n        return got;\n      }\n',
      },
    ],
  },
  {
    name: 'does not dally',
    changes: [
      {
        file: 'transfer/receiver.ts',
        from: 'talk.now + Math.max(dally, 2000 * (talk.terms.timeout ?? 0))',
        to: 'talk.now + 0 * dally',
      },
    ],
  },
  {
    name: 'counts octets in 16 bits',
    changes: [
      {
        file: 'engine/drive/checks.ts',
        from: 'this.octets += octets.length;',
        to: 'this.octets = (this.octets + octets.length) & 0xffff;',
      },
    ],
  },
  {
    name: 'is off by one at the end of the window',
    changes: [
      {
        file: 'transfer/sender.ts',
        from: 'const end = this.#acked + talk.terms.windowsize;',
        to: 'const end = this.#acked + talk.terms.windowsize + 1;',
      },
    ],
  },
  {
    name: 'replies to an ERROR',
    changes: [
      {
        file: 'transfer/conversation.ts',
        from: "this.fail({ by: 'peer', code: packet.code, message: packet.message, first: !this.heard });",
        to: "this.#sendError(0, 'too bad'); this.fail({ by: 'peer', code: packet.code, message: packet.message, first: !this.heard });",
      },
    ],
  },
  {
    name: 'forgets a timer',
    changes: [
      {
        file: 'transfer/receiver.ts',
        from: 'talk.timer.start(talk.now);\n    if (repeat)',
        to: 'if (repeat)',
      },
    ],
  },
];
