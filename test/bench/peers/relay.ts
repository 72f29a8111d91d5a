import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { SERVER_NAME } from '../certificates.ts';
import type { Shape } from '../environment.ts';
import { relaySpread } from '../measure/relay-spread.ts';
import type { Peer } from '../peer.ts';
import { proxyAsImage } from './as-image.ts';
import { startConfigured } from './configured.ts';

const templateFor = ({ apart, policies }: Shape): string => {
  if (policies !== 'None') return 'relay-policies.yaml';
  return apart ? 'relay-apart.yaml' : 'relay.yaml';
};

/** One for the name that clients send, one that they do not, and one for whatever is below a domain. */
const ROUTES = `routes: [{hostnames: [${SERVER_NAME}, other.example], backend: bench}, {hostnames: ['*.${SERVER_NAME}'], alpn: [h2], backend: bench}]`;

/** The proxy of a checkout as a process, started as in its image; a plain one whatever the policies are. */
export const relayOf = (name: 'relay' | 'plain relay' | 'earlier', checkout: string): Peer => ({
  name,
  find: () =>
    existsSync(join(checkout, 'bin', 'l4balancer-proxy.js'))
      ? { found: true, version: `node ${process.versions.node}` }
      : { found: false, why: `${checkout} is not a checkout: it has no bin/l4balancer-proxy.js` },
  async start(wanted, all) {
    const shape: Shape =
      name === 'plain relay'
        ? { ...wanted.shape, policies: 'None', denied: 0, headed: false, tls: undefined }
        : wanted.shape;
    const environment = { ...wanted, shape };
    const endpoints = all.filter(({ headed = false }) => headed === (shape.policies !== 'None'));
    const admin = await freePort();
    const { variables, command } = await proxyAsImage(checkout);
    const takesHeader = shape.policies === 'All';
    const running = await startConfigured(
      {
        name: name.replace(' ', '-'),
        template: templateFor(shape),
        values: {
          ALGORITHM: shape.algorithm,
          PROTOCOL: shape.protocol,
          HEADER_OUT: shape.headed ? 'proxyProtocol: {version: V2}' : '',
          HEADER_IN: takesHeader
            ? `proxyProtocol: {trustedSources: [${environment.network.address.client}/32]}`
            : '',
        },
        encrypting: {
          values: (mode, { certificate, key }) => ({
            TLS: `, tls: {mode: ${mode}, ${mode === 'Terminate' ? `certificateFiles: [{certificate: ${certificate}, key: ${key}}]` : ROUTES}`,
            TLS_END: '}',
          }),
          mutual: (file) => `, clientCertificates: {mode: Require, caFiles: [${file}]}`,
          reencrypting: (file) => `tls: {caFile: ${file}, serverName: ${SERVER_NAME}}`,
          without: { TLS: '', TLS_END: '' },
        },
        denying: {
          values: (file) => ({ SOURCES: `, sources: {fromFiles: [${file}]}`, DENIED: file }),
          without: { SOURCES: '' },
          entry: (address) => `deny ${address}`,
        },
        // env(1) sets the environment and then executes the proxy in the same process.
        command: (config) => [
          '/usr/bin/env',
          `NUM_ACCEPTORS=${shape.threads}`,
          'LOG_LEVEL=error',
          ...variables,
          ...command,
          ...['--config', config, '--admin', `127.0.0.1:${admin}`],
        ],
        spread: () => relaySpread(admin),
      },
      environment,
      endpoints,
    );
    return { ...running, takesHeader };
  },
});
