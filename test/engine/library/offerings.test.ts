// What the library offers beside a directory and two functions, over real sockets on loopback.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import {
  memoryOffering,
  perClient,
  rewriteRules,
  rewritten,
  TftpClient,
  tftpOffering,
  TftpServer,
  webOffering,
  type Offering,
} from '../../../src/index.ts';

async function served<T>(
  offering: Offering,
  use: (client: TftpClient, port: number) => Promise<T>,
): Promise<T> {
  const server = new TftpServer(offering, { grace: 0 });
  const { port } = await server.listen({ port: 0 });
  try {
    return await use(new TftpClient('127.0.0.1', { port }), port);
  } finally {
    await server.close();
  }
}

test('memory, behind rules and a directory for each client', async () => {
  const rules = rewriteRules('rg \\\\ /\n');
  if (!('rules' in rules)) throw new Error(rules.message);
  const files = new Map([['127.0.0.1/a/b', Buffer.from('own')]]);
  const offering = rewritten(perClient(memoryOffering(files)), rules);
  const octets = await served(offering, (client) => client.getOctets('a\\b'));
  expect(Buffer.from(octets).toString()).toBe('own');
});

test('a web server, and a proxy before the server that offers it', async () => {
  const http = createServer((request, response) => {
    response.statusCode = request.url === '/images/boot.img' ? 200 : 404;
    response.end('over the web');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port: web } = http.address() as AddressInfo;
  try {
    const octets = await served(webOffering(`http://127.0.0.1:${web}/images`), (_, port) =>
      served(tftpOffering({ host: '127.0.0.1', port }), async (client) => {
        await expect(client.getOctets('none')).rejects.toMatchObject({ failure: { by: 'peer', code: 1 } });
        return client.getOctets('boot.img');
      }),
    );
    expect(Buffer.from(octets).toString()).toBe('over the web');
  } finally {
    http.close();
  }
});
