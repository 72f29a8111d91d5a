import { endpointText } from '../print/endpoint-text.ts';
import type { Answer } from './answers.ts';
import type { AskedClient } from './flow.ts';

const listed = (all: readonly string[], last: 'and' | 'then'): string =>
  all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')}, ${last} ${all.at(-1)}`;

/** What a limit counts, in front of how many. */
const LIMITED: Readonly<Record<string, string>> = {
  ConnectionLimit: 'The listener has',
  SourceConnectionLimit: 'This source has',
  UnfinishedLimit: 'This source has, without any byte yet,',
};
const RATES: Readonly<Record<string, string>> = {
  SourceRateLimit: 'this source',
  ConnectionRateLimit: 'the listener',
};

/** Why there is no endpoint, for reasons that no other sentence gives. */
const REASONS: Readonly<Record<string, string>> = {
  NoEndpoint: 'It has no endpoint that takes connections.',
  TlsHandshakeFailed: 'The handshake fails: the listener has no certificate that it can use.',
  TlsClientRefused:
    'It is refused: the authorities that certificates of clients are verified with are not known.',
  EndpointTlsNotReady: 'Endpoints want TLS, and what it is verified with could not be read yet.',
};

type Sentences = (answer: Answer, asked: AskedClient) => readonly string[];

const ofListener: Sentences = ({ listener: { name, port, protocol, address, sticky }, paused, notReady }) => [
  `Listener ${name} takes it at port ${port}/${protocol}${address === undefined ? '' : ` of ${address}`}.`,
  ...(protocol === 'UDP'
    ? ['A session of this client that is open keeps its endpoint; this is about a new one.']
    : []),
  ...(sticky ? ['A QUIC connection is also found by its connection ID, and keeps its endpoint.'] : []),
  ...(paused === undefined ? [] : [`Clients have to wait at the moment: accepting fails with ${paused}.`]),
  ...(notReady === undefined ? [] : [`The replica is not ready: ${notReady}.`]),
];

const ofHeader: Sentences = ({ header, client, via, outcome }) => {
  const peer = via ?? client;
  if (outcome === 'HeaderDecides')
    return [
      `${peer} is trusted to send a PROXY header, and whom that names is the client: ask with --via ${peer}, and with --from for that client.`,
    ];
  switch (header) {
    case 'Read':
      return [`${peer} is trusted to send a PROXY header, which names ${client} as the client.`];
    case 'Skipped':
      return [`${peer} is not trusted to send a PROXY header, and need not: it is the client itself.`];
    case 'Refused':
      return [`${peer} is not trusted to send the PROXY header that the listener requires.`];
    default:
      return via === undefined ? [] : ['The listener reads no PROXY header, so that --via changes nothing.'];
  }
};

const ofSource: Sentences = ({ source, client, via, header }) => {
  if (source === undefined) return [];
  const who = header === 'Skipped' ? (via ?? client) : client;
  const { allowed, range } = source;
  if (range === undefined)
    return [
      allowed
        ? `Its sources let ${who} in: no denied range contains it.`
        : `Its sources keep ${who} out: no allowed range contains it.`,
    ];
  return [`Its sources ${allowed ? 'allow' : 'deny'} ${who}: ${range} contains it.`];
};

const ofLimits: Sentences = ({ limits, limitMode }) =>
  limits.map(({ reason, used, most, exceeded }) => {
    const who = RATES[reason];
    const state =
      who === undefined
        ? `${LIMITED[reason] ?? `Of ${reason} there are`} ${used} of ${most} connections.`
        : `The rate of ${who} lets ${used} more in at once.`;
    if (!exceeded) return state;
    return limitMode === 'Report'
      ? `${state} One more is counted as ${reason}, and let in: limits.mode is Report.`
      : `${state} One more is refused (${reason}).`;
  });

const ofTls: Sentences = ({ tls, listener, outcome, reason, backend }, { sni, alpn }) => {
  if (tls === undefined)
    return sni === undefined && alpn.length === 0
      ? []
      : ['The listener does not read TLS, so that --sni and --alpn change nothing.'];
  const isRefused = outcome === 'Refused' && reason === 'TlsNameUnknown';
  if (backend === undefined && tls.route === undefined && !isRefused) return [];
  const first =
    tls.startTls === undefined ? 'TLS' : `After ${tls.startTls} has agreed on it in the clear, TLS`;
  const said = `${first} ${sni === undefined ? 'names no server' : `names ${sni}`}${alpn.length === 0 ? '' : ` and offers ${listed(alpn, 'and')}`}`;
  if (isRefused) return [`${said}: no route is for that, or no certificate with strictSni.`];
  const ends = tls.mode === 'Terminate' ? ' TLS ends here.' : '';
  if (tls.route === undefined)
    return [`${said}: no route is for that, so it goes to backend ${listener.backend ?? ''}.${ends}`];
  const { hostnames, alpn: protocols } = tls.route;
  const only = protocols.length === 0 ? '' : ` with ${listed(protocols, 'and')}`;
  return [
    `${said}: the route for ${listed(hostnames, 'and')}${only} leads to backend ${backend?.name ?? 'none'}.${ends}`,
  ];
};

const HASHES = new Set(['SourceHash', 'Maglev']);

const ofBackend: Sentences = ({ backend, outcome, endpoint, next, endpoints, reason }) => {
  const failure = outcome === 'Refused' ? (REASONS[reason ?? ''] ?? '') : '';
  if (backend === undefined) return failure === '' ? [] : [failure];
  const { name, algorithm, retries, panic, backups, mostPerEndpoint } = backend;
  const possible = endpoints.filter(({ chance }) => chance > 0).length;
  const exception = [
    ...(panic ? [`Too few endpoints of ${name} are healthy, so that it uses others as well.`] : []),
    ...(backups ? [`Too few endpoints of ${name} are healthy, so that it uses backups as well.`] : []),
  ];
  if (failure !== '') return [...exception, `Backend ${name}: ${failure}`];
  if (outcome === 'Waits')
    return [
      ...exception,
      `Every endpoint of backend ${name} has ${mostPerEndpoint} connections, the most that one may have: it waits up to a second for room.`,
    ];
  if (outcome === 'OneOf')
    return [
      ...exception,
      `Backend ${name} picks by ${algorithm}, for which the address does not matter: it gets one of ${possible} endpoints.`,
    ];
  if (endpoint === undefined) return exception;
  const to = endpointText(endpoint);
  const hasOthers = retries > 0 && endpoints.filter(({ used, full }) => used && !full).length > 1;
  return [
    ...exception,
    HASHES.has(algorithm)
      ? `Backend ${name} picks by ${algorithm}, which leads this address to ${to}, in each replica that has the same endpoints.`
      : `Backend ${name} picks by ${algorithm}, and now that can only be ${to}.`,
    ...(next.length === 0
      ? hasOthers
        ? ['If that cannot be reached, it tries others.']
        : []
      : [`If that cannot be reached, it tries ${listed(next.map(endpointText), 'then')}.`]),
  ];
};

/** Why, step by step, in the order in which the proxy decides. */
export const sentencesOf: Sentences = (answer, asked) =>
  [ofListener, ofHeader, ofSource, ofLimits, ofTls, ofBackend].flatMap((of) => of(answer, asked));

/** What becomes of the client, in a few words. */
export const outcomeText = ({ outcome, reason, endpoint, endpoints, omitted }: Answer): string => {
  switch (outcome) {
    case 'Endpoint':
      return endpoint === undefined ? 'an endpoint' : endpointText(endpoint);
    case 'OneOf':
      return `one of ${endpoints.filter(({ chance }) => chance > 0).length + omitted} endpoints`;
    case 'Waits':
      return 'waits: every endpoint is full';
    case 'HeaderDecides':
      return 'whom its PROXY header names decides';
    case 'Refused':
      return `refused, ${reason ?? 'for an unknown reason'}`;
    default:
      // A newer proxy may know another one.
      return outcome;
  }
};
