import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import type { Format } from '../../../cli/arguments/formats.ts';
import { convert } from '../../../cli/convert/convert.ts';
import { written } from '../../../cli/convert/written.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { dialClient } from '../../proxy/relay/client.ts';
import { type EndpointServer, greet, startEndpoint } from '../../proxy/relay/endpoint-server.ts';
import { type BackendInput, type ListenerInput, ProxyProcess } from '../../proxy/relay/proxy-process.ts';

/** One server for each format, and one for datagrams. */
const servers = new Map<Format, EndpointServer>();
const ports = new Map<Format, number>();
const datagrams = createSocket('udp4').on('message', (data, { port, address }) => {
  datagrams.send(`to ${data}`, port, address);
});
let datagramPort: number;
let proxy: ProxyProcess;

const TEXTS: Readonly<Record<Format, (port: number, server: number) => string>> = {
  haproxy: (port, server) =>
    `defaults\n mode tcp\nfrontend a\n bind :${port}\n default_backend a\nbackend a\n balance leastconn\n server s 127.0.0.1:${server} check`,
  nginx: (port, server) =>
    `stream { upstream b { server 127.0.0.1:${server}; } server { listen ${port}; proxy_pass b; }
      server { listen ${port} udp; proxy_pass 127.0.0.1:${datagrams.address().port}; } }`,
  'ingress-nginx': (port) =>
    `kind: ConfigMap\nmetadata: {name: tcp-services}\ndata: {"${port}": "shop/ingress-nginx:80"}`,
  traefik: (port) =>
    `kind: IngressRouteTCP\nmetadata: {name: d, namespace: shop}\nspec: {entryPoints: [d], routes: [{match: "HostSNI(\`*\`)", services: [{name: traefik, port: 80}]}]}\n---\nentryPoints: {d: {address: ":${port}"}}`,
};
const FORMATS = Object.keys(TEXTS) as readonly Format[];

interface Spec {
  readonly listeners: ListenerInput[];
  readonly backends: (BackendInput & { readonly service?: { readonly name: string } })[];
}

/** Without a cluster there are no Services: the server of this format stands for each. */
const withoutServices = (format: Format, { listeners, backends }: Spec): Spec => ({
  listeners,
  backends: backends.map(({ service, ...backend }) =>
    service === undefined
      ? backend
      : { ...backend, endpoints: [{ address: '127.0.0.1', port: servers.get(format)?.port ?? 0 }] },
  ),
});

before(async () => {
  datagrams.bind(0, '127.0.0.1');
  await once(datagrams, 'listening');
  const specs: Spec[] = [];
  for (const format of FORMATS) {
    const server = await startEndpoint(greet(format));
    const port = await freePort();
    servers.set(format, server);
    ports.set(format, port);
    const settings = { name: undefined, namespace: undefined, entryPoints: new Map() };
    const input = { file: 'in', text: TEXTS[format](port, server.port) };
    const conversion = convert([input], format, settings);
    specs.push(withoutServices(format, parse(written(conversion).yaml).spec));
  }
  datagramPort = ports.get('nginx') ?? 0;
  proxy = await ProxyProcess.start({
    listeners: specs.flatMap(({ listeners }) => listeners),
    backends: specs.flatMap(({ backends }) => backends),
  });
});

after(async () => {
  await proxy?.stop();
  datagrams.close();
  for (const server of servers.values()) await server.close();
});

for (const format of FORMATS)
  test(`what was converted from ${format} serves`, async () => {
    const client = await dialClient(ports.get(format) ?? 0);
    const chunks = await client.toArray();
    assert.equal(Buffer.concat(chunks).toString(), format);
  });

test('what was converted from a UDP server of nginx serves datagrams', async () => {
  const client = createSocket('udp4');
  try {
    const answered = once(client, 'message', { signal: AbortSignal.timeout(60_000) });
    client.send('you', datagramPort, '127.0.0.1');
    const [answer] = await answered;
    assert.equal(String(answer), 'to you');
  } finally {
    client.close();
  }
});
