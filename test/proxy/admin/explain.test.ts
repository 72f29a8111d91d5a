import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { readExplanation } from '../../report/read-status.ts';
import { ProxyProcess } from '../relay/proxy-process.ts';

let proxy: ProxyProcess;
let other: Server;
let ports: readonly number[];

const ask = async (query: string): Promise<{ readonly status: number; readonly text: string }> => {
  const response = await fetch(`http://${proxy.admin}/explain?${query}`);
  return { status: response.status, text: await response.text() };
};

before(async () => {
  ports = await freePorts(6);
  const [tcp = 0, taken = 0, one = 0, two = 0, three = 0, behind = 0] = ports;
  other = createServer().listen(taken, '0.0.0.0');
  await once(other, 'listening');
  const endpoints = [one, two, three].map((port, at) => ({
    address: '127.0.0.1',
    port,
    weight: at,
    backup: at === 2,
  }));
  proxy = await ProxyProcess.start({
    listeners: [
      { name: 'tcp', port: tcp, backend: 'b' },
      { name: 'udp', port: tcp, protocol: 'UDP', backend: 'b' },
      { name: 'taken', port: taken, backend: 'b' },
      {
        name: 'behind',
        port: behind,
        backend: 'b',
        proxyProtocol: { trustedSources: ['10.0.0.0/8'] },
        sources: { allow: ['192.0.2.0/24'] },
      },
    ],
    backends: [{ name: 'b', endpoints }],
  });
});

after(async () => {
  other.close();
  await proxy.stop();
});

test('what is wrong with a question is answered as a text, with status 400', async () => {
  const { status, text } = await ask('from=nobody&to=tcp');
  assert.equal(status, 400);
  assert.match(text, /^Cannot explain: from="nobody" is no IP address/);
});

test('a listener that there is not is answered with those that there are', async () => {
  const { status, text } = await ask('from=192.0.2.1&to=nope');
  assert.equal(status, 404);
  assert.match(text, /there is no listener nope; there are behind, taken, tcp, udp\./);
});

test('a port of two listeners has to be asked for with its protocol', async () => {
  const port = ports[0] as number;
  const { status, text } = await ask(`from=192.0.2.1&to=${port}`);
  assert.equal(status, 400);
  assert.match(text, /more than one listener has port \d+: choose one of tcp, udp\./);
  const { listener } = readExplanation((await ask(`from=192.0.2.1&to=${port}/UDP`)).text);
  assert.equal(listener.name, 'udp');
});

test('a listener whose port is taken is answered with the finding about it', async () => {
  const { status, text } = await ask('from=192.0.2.1&to=taken');
  assert.equal(status, 404);
  assert.match(text, /listener taken is not open\. .*port/);
});

test('endpoints that take no connections are there, with what keeps them from it', async () => {
  const { outcome, endpoint, endpoints } = readExplanation((await ask('from=192.0.2.1&to=tcp')).text);
  assert.equal(outcome, 'Endpoint');
  assert.equal(endpoint?.port, ports[3]);
  assert.deepEqual(
    endpoints.map(({ port, used, weight, backup = false, chance }) => ({
      port,
      used,
      weight,
      backup,
      chance,
    })),
    [
      { port: ports[3], used: true, weight: 1, backup: false, chance: 1 },
      { port: ports[2], used: false, weight: 0, backup: false, chance: 0 },
      { port: ports[4], used: false, weight: 2, backup: true, chance: 0 },
    ],
  );
});

test('behind a load balancer, whom its header names is the client', async () => {
  const explain = async (query: string) => readExplanation((await ask(`to=behind&${query}`)).text);
  assert.equal((await explain('from=10.0.0.1')).outcome, 'HeaderDecides');
  const untrusted = await explain('from=192.0.2.1');
  assert.deepEqual([untrusted.header, untrusted.reason], ['Refused', 'ProxyHeaderUntrusted']);
  const named = await explain('from=192.0.2.1&via=10.0.0.1');
  assert.deepEqual([named.header, named.outcome], ['Read', 'Endpoint']);
  assert.deepEqual(named.source, { allowed: true, range: '192.0.2.0/24' });
  assert.deepEqual((await explain('from=198.51.100.1&via=10.0.0.1')).source, { allowed: false });
});
