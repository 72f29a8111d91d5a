import type { Loose } from './base-manifest.ts';
import type { Random } from './random.ts';

const timeoutsOfTcp = (random: Random): Record<string, () => unknown> => ({
  halfClosed: () => random.pick(['1s', '5m', '168h']),
  firstByte: () => random.pick(['100ms', '10s', '1h']),
  handshake: () => random.pick(['100ms', '10s', '5m']),
  keepalive: () =>
    random.some({
      time: () => random.pick(['1s', '10m', '9h', '1500ms500ms']),
      interval: () => random.pick(['1s', '75s', '9h']),
      probes: () => random.integer(1, 127),
    }),
});

const randomRate = (random: Random): Loose => ({
  perSecond: random.integer(20_000, 1_000_000),
  ...random.some({ burst: () => random.integer(1, 10_000_000) }),
});

const randomBandwidth = (random: Random): Loose =>
  random.some({
    upload: () => random.pick(['1k', '500Ki', '999999G']),
    download: () => random.pick(['1Ki', '10M', '1Gi']),
  });

const limitsOfTcp = (random: Random): Record<string, () => unknown> => ({
  unfinishedPerSource: () => random.integer(1, 10_000_000),
  bandwidth: () => randomBandwidth(random),
  bandwidthPerConnection: () => randomBandwidth(random),
  bandwidthPerSource: () => randomBandwidth(random),
});

const fieldsOfTcp = (random: Random, backend: unknown): Record<string, () => unknown> => ({
  protocol: () => 'TCP',
  tls: () => (random.chance(0.5) ? randomRoutes(random, backend) : randomTermination(random)),
  proxyProtocol: () => ({
    trustedSources: random.pick([['10.0.0.0/8'], ['0.0.0.0/0', '::/0'], ['192.0.2.1/32', 'fd00::/8']]),
    ...random.some({
      accept: () => random.pick(['V1', 'V2', 'Any']),
      required: () => random.chance(0.5),
    }),
  }),
});

const randomRoutes = (random: Random, backend: unknown): Loose => ({
  mode: 'Passthrough',
  ...random.some({ startTls: () => random.pick(['PostgreSQL', 'MySQL', 'SMTP', 'IMAP', 'LDAP', 'XMPP']) }),
  routes: random.list(1, 4, (i) => ({
    backend,
    hostnames: [`*.r${i}.example`, `r${i}.example`, `r${i}`].slice(random.integer(0, 2)),
    ...random.some({ alpn: () => ['h2', 'http/1.1', 'acme-tls/1', '!~'].slice(random.integer(0, 3)) }),
  })),
});

const randomTermination = (random: Random): Loose => ({
  mode: 'Terminate',
  certificateRefs: random.list(1, 4, (i) => ({ name: `web-${i}.tls` })),
  ...random.some({
    minVersion: () => random.pick(['TLS1.2', 'TLS1.3']),
    cipherProfile: () => random.pick(['Modern', 'Intermediate']),
    alpn: () => ['h2', 'http/1.1', '!~'].slice(random.integer(0, 2)),
    strictSni: () => random.chance(0.5),
    clientCertificates: () => ({
      caRefs: random.list(1, 3, (i) => ({ name: `ca-${i}` })),
      ...random.some({
        crlRefs: () => [{ kind: 'Secret', name: 'crl' }],
        depth: () => random.integer(0, 16),
        allowedSans: () =>
          ['a.example', '*.example', 'a@example', 'spiffe://a/*'].slice(random.integer(0, 3)),
      }),
    }),
  }),
});

const fieldsOfUdp = (random: Random): Record<string, () => unknown> => ({
  stickiness: () => ({
    type: 'QuicConnectionId',
    ...random.some({
      serverId: () =>
        random.pick<Loose>([
          { length: 16 },
          { offset: 0, length: 1 },
          { offset: 19, length: 1 },
          { length: 4 },
        ]),
    }),
  }),
});

const fieldsOfBoth = (random: Random, isUdp: boolean): Record<string, () => unknown> => ({
  sources: () =>
    random.some({
      allow: () => ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'].slice(random.integer(0, 2)),
      deny: () => ['10.9.0.0/16', '::1', '0.0.0.0/1'].slice(random.integer(0, 3)),
      fromConfigMaps: () => [{ name: 'blocked' }, { name: 'blocked.too' }].slice(random.integer(0, 2)),
    }),
  limits: () =>
    random.some({
      mode: () => random.pick(['Enforce', 'Report']),
      connections: () => random.integer(1, 10_000_000),
      scope: () => 'Replica',
      connectionsPerSource: () => random.integer(1, 10_000_000),
      connectionRate: () => randomRate(random),
      connectionRatePerSource: () => randomRate(random),
      sourcePrefixIPv6: () => random.integer(32, 128),
      refuseWith: () => random.pick(['Reset', 'Close']),
      ...(isUdp ? {} : limitsOfTcp(random)),
    }),
});

/** A valid listener, of TCP or of UDP, with a random subset of the fields of its protocol. */
export const randomListener = (random: Random, i: number, backend: unknown): Loose => {
  const isUdp = random.chance(0.3);
  return {
    name: `listener-${i}`,
    port: 1 + i + 100 * random.integer(0, 97),
    backend,
    ...(isUdp
      ? { protocol: 'UDP', ...random.some(fieldsOfUdp(random)) }
      : random.some(fieldsOfTcp(random, backend))),
    ...random.some({
      ...fieldsOfBoth(random, isUdp),
      timeouts: () =>
        random.some({
          idle: () => random.pick(['1s', '90s', '1h30m', '168h', '1h30m15s500ms']),
          ...(isUdp ? {} : timeoutsOfTcp(random)),
        }),
    }),
  };
};
