import { manifest, manifestWith, manifestWithListener } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const hostListener = (address: string) =>
  manifest((spec) => {
    spec.listeners = [{ name: 'web', port: 8080, backend: 'web', address }];
    spec.tuning = { profile: 'HostNetwork' };
  });

const longName = 'n'.repeat(64);

export const BAD_LISTENERS: readonly BadManifest[] = [
  bad(
    'two listeners with the same port',
    'listener-port-unique',
    manifestWith({
      listeners: [
        { name: 'web', port: 8080, backend: 'web' },
        { name: 'api', port: 8080, backend: 'web' },
      ],
    }),
    'spec.listeners[1].port',
    /the same port and protocol is used by listeners \["web", "api"\]/,
    /8080 is already used by listener "web" with TCP/,
  ),
  bad(
    'a listener address on the pod network',
    'listener-address-host-network',
    manifestWithListener({ address: '192.0.2.7' }),
    'spec.listeners[0].address',
    /that of a pod is not known in advance unless it is on the host network: remove the address, or use tuning.profile HostNetwork/,
    /"192.0.2.7" is set, but the address of a pod is not known in advance unless it is on the host network/,
  ),
  bad(
    'a host name as a listener address',
    'listener-address-ip',
    hostListener('localhost'),
    'spec.listeners[0].address',
    /"localhost" is not an IP address; host names are not resolved/,
  ),
  bad(
    'an IPv4-mapped listener address in hexadecimal',
    'listener-address-ip',
    hostListener('::ffff:7f00:1'),
    'spec.listeners[0].address',
    /"::ffff:7f00:1" is not an IP address/,
    /"::ffff:7f00:1" is an IPv4-mapped address in a notation that Kubernetes does not accept: write 127.0.0.1$/,
  ),
  ...[
    { kind: 'multicast', address: '224.0.0.1' },
    { kind: 'multicast', address: '::ffff:239.1.2.3' },
    { kind: 'multicast', address: 'ff02::1' },
    { kind: 'broadcast', address: '255.255.255.255' },
    { kind: 'link-local', address: 'fe80::1' },
    { kind: 'link-local', address: 'FEBF:0::1' },
  ].map(({ kind, address }) =>
    bad(
      `the ${kind} address ${address} for a listener`,
      'listener-address-unicast',
      hostListener(address),
      'spec.listeners[0].address',
      new RegExp(`"${address}" is multicast, broadcast or link-local: TCP clients cannot connect to it`),
      new RegExp(`"${address}" is ${kind}: TCP clients cannot connect to it`),
    ),
  ),
  bad(
    'a listener on the admin port',
    'listener-port-admin',
    manifestWithListener({ port: 9901 }),
    'spec.listeners[0].port',
    /port 9901 is used by the proxy's admin endpoint .*another workload.adminPort/,
  ),
  bad(
    'a custom admin port that a listener uses',
    'listener-port-admin',
    manifestWith({ workload: { adminPort: 8080 } }),
    'spec.listeners[0].port',
    /port 8080 is used by the proxy's admin endpoint/,
  ),
  bad(
    'an admin port below the lowest unprivileged port',
    'admin-port-privileged',
    manifest((spec) => {
      spec.listeners = [{ name: 'web', port: 20443, backend: 'web' }];
      spec.tuning = { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '10000' }] };
    }),
    'spec.workload.adminPort',
    /below the sysctl net.ipv4.ip_unprivileged_port_start/,
    /9901 is below 10000, to which tuning.sysctls sets net.ipv4.ip_unprivileged_port_start/,
  ),
  bad(
    'an admin port below 1024',
    undefined,
    manifestWith({ workload: { adminPort: 80 } }),
    'spec.workload.adminPort',
    /greater than or equal to 1024/,
    /80 is out of range: expected at least 1024/,
  ),
  bad(
    'a listener with a backend that does not exist',
    'listener-backend-exists',
    manifestWithListener({ backend: 'wbe' }),
    'spec.listeners[0].backend',
    /listener "web" refers to backend "wbe", which is not in spec.backends; available: \["web"\]/,
    /"wbe" is not in spec.backends; available: web; did you mean "web"\?/,
  ),
  bad(
    'a listener port below the lowest unprivileged port',
    'listener-port-privileged',
    manifest((spec) => {
      spec.listeners = [{ name: 'web', port: 443, backend: 'web' }];
      spec.tuning = { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '1024' }] };
    }),
    'spec.listeners[0].port',
    /below the sysctl net.ipv4.ip_unprivileged_port_start/,
    /443 is below 1024, to which tuning.sysctls sets net.ipv4.ip_unprivileged_port_start/,
  ),
  bad(
    'two listeners with the same name',
    undefined,
    manifestWith({
      listeners: [
        { name: 'web', port: 8080, backend: 'web' },
        { name: 'web', port: 8081, backend: 'web' },
      ],
    }),
    'spec.listeners[1].name',
    /Duplicate value/,
    /"web" is already given at spec.listeners\[0\]/,
  ),
  bad(
    'an empty list of listeners',
    undefined,
    manifestWith({ listeners: [] }),
    'spec.listeners',
    /at least 1 items/,
    /has 0 entries: expected at least 1/,
  ),
  bad(
    'a missing list of listeners',
    undefined,
    manifest((spec) => {
      delete spec.listeners;
    }),
    'spec.listeners',
    /Required value/,
    /is missing: expected a list/,
  ),
  bad(
    '65 listeners',
    undefined,
    manifestWith({
      listeners: Array.from({ length: 65 }, (_, i) => ({ name: `l${i}`, port: 1000 + i, backend: 'web' })),
    }),
    'spec.listeners',
    /must have at most 64 items/,
    /has 65 entries: expected at most 64/,
  ),
  bad(
    'a listener name with capitals',
    undefined,
    manifestWithListener({ name: 'Web' }),
    'spec.listeners[0].name',
    /should match/,
    /"Web" is not a name: use lower-case letters/,
  ),
  bad(
    'a listener name of 64 letters',
    undefined,
    manifestWithListener({ name: longName }),
    'spec.listeners[0].name',
    /Too long/,
    /has 64 characters: expected at most 63/,
  ),
  bad(
    'listener port 0',
    undefined,
    manifestWithListener({ port: 0 }),
    'spec.listeners[0].port',
    /greater than or equal to 1/,
    /0 is out of range: expected at least 1/,
  ),
  bad(
    'listener port 70000',
    undefined,
    manifestWithListener({ port: 70000 }),
    'spec.listeners[0].port',
    /less than or equal to 65535/,
    /70000 is out of range: expected at most 65535/,
  ),
  bad(
    'a listener port in quotes',
    undefined,
    manifestWithListener({ port: '8080' }),
    'spec.listeners[0].port',
    /must be of type integer/,
    /"8080" is not a number: remove the quotes, 8080/,
  ),
  bad(
    'UDP, which is not supported yet',
    undefined,
    manifestWithListener({ protocol: 'UDP' }),
    'spec.listeners[0].protocol',
    /supported values: "TCP"/,
    /"UDP" is not supported: expected TCP/,
  ),
  bad(
    'an idle timeout without a unit',
    undefined,
    manifestWithListener({ timeouts: { idle: '3600' } }),
    'spec.listeners[0].timeouts.idle',
    /should match/,
    /"3600" is not a duration: write a number and h, m, s or ms/,
  ),
  bad(
    'an idle timeout of zero',
    'idle-timeout-range',
    manifestWithListener({ timeouts: { idle: '0s' } }),
    'spec.listeners[0].timeouts.idle',
    /0s is out of range: expected 1s to 168h/,
  ),
  bad(
    'a keepalive time above the kernel’s maximum',
    'keepalive-time-range',
    manifestWithListener({ timeouts: { keepalive: { time: '10h' } } }),
    'spec.listeners[0].timeouts.keepalive.time',
    /10h is out of range: expected 1s to 9h/,
  ),
  bad(
    'a keepalive interval of zero',
    'keepalive-interval-range',
    manifestWithListener({ timeouts: { keepalive: { interval: '0s' } } }),
    'spec.listeners[0].timeouts.keepalive.interval',
    /0s is out of range: expected 1s to 9h/,
  ),
  bad(
    'a keepalive time with fractions of a second',
    'keepalive-time-seconds',
    manifestWithListener({ timeouts: { keepalive: { time: '1500ms' } } }),
    'spec.listeners[0].timeouts.keepalive.time',
    /1500ms is not in whole seconds/,
  ),
  bad(
    'a keepalive interval with fractions of a second',
    'keepalive-interval-seconds',
    manifestWithListener({ timeouts: { keepalive: { interval: '2s1ms' } } }),
    'spec.listeners[0].timeouts.keepalive.interval',
    /2s1ms is not in whole seconds/,
  ),
  bad(
    'more keepalive probes than the kernel supports',
    undefined,
    manifestWithListener({ timeouts: { keepalive: { probes: 128 } } }),
    'spec.listeners[0].timeouts.keepalive.probes',
    /less than or equal to 127/,
    /128 is out of range: expected at most 127/,
  ),
  bad(
    'a half-closed timeout of more than a week',
    'half-closed-timeout-range',
    manifestWithListener({ timeouts: { halfClosed: '169h' } }),
    'spec.listeners[0].timeouts.halfClosed',
    /169h is out of range: expected 1s to 168h/,
  ),
];
