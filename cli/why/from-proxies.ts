import { reasonOfCode } from '../../report/reasons/finding-reasons.ts';
import type { BackendPicture, Picture, ReplicaPicture } from '../picture/picture.ts';
import { endpointText } from '../print/endpoint-text.ts';
import { counted } from '../print/units.ts';
import { remedyOf, weightOfFinding } from './catalogue.ts';
import { type About, commandsFor } from './commands.ts';
import type { Problem, Weight } from './problem.ts';

const MOST_NAMED = 4;

const listed = (all: readonly string[]): string =>
  all.length <= MOST_NAMED
    ? all.join(', ')
    : `${all.slice(0, MOST_NAMED).join(', ')} and ${all.length - MOST_NAMED} more`;

/** What pods, the reports of their proxies, and these together say. */
export const fromProxies = (picture: Picture, about: About): readonly Problem[] => [
  ...fromPods(picture.replicas, about),
  ...picture.backends.flatMap((backend) => fromBackend(backend, about)),
  ...picture.findings.map(({ code, about: where, message }): Problem => {
    const reason = reasonOfCode(code);
    return {
      weight: weightOfFinding(reason),
      reason,
      what: [where === '' ? message : `${capital(where)}: ${message}`],
      remedy: remedyOf(reason),
      commands: commandsFor(reason, about),
    };
  }),
  ...fromGenerations(picture),
  ...fromLimits(picture, about),
  ...fromTuning(picture, about),
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const fromPods = (replicas: readonly ReplicaPicture[], about: About): readonly Problem[] => {
  const make = (weight: Weight, reason: string, what: string[], remedy: string): readonly Problem[] =>
    what.length === 0 ? [] : [{ weight, reason, what, remedy, commands: commandsFor(reason, about) }];
  const staying = replicas.filter(({ state }) => state !== 'Leaving');
  const restarting = staying.filter(({ restarts }) => restarts > 0);
  return [
    ...make(
      'Harms',
      'PodNotReady',
      staying
        .filter(({ state }) => state === 'NotReady')
        .map(({ pod, why }) => `Pod ${pod} is not ready${why === '' ? '' : `: ${why}`}.`),
      'Look at the pod and its events.',
    ),
    ...make(
      'Warns',
      'ProxySilent',
      staying
        .filter(({ state, reported, why }) => state === 'Ready' && !reported && why !== '')
        .map(({ pod, why }) => `The proxy in pod ${pod} does not answer: ${why}.`),
      'Allow the API server to reach the admin port of the pods, or ask from inside the cluster with --direct.',
    ),
    ...make(
      'Warns',
      'PodsRestart',
      restarting.map(({ pod, restarts }) => `Pod ${pod} has restarted ${counted(restarts, 'time')}.`),
      'See the end of its last output.',
    ),
  ];
};

const fromBackend = ({ name, endpoints, usedBy }: BackendPicture, about: About): readonly Problem[] => {
  const out = endpoints.filter(({ state }) => state === 'Out' || state === 'Mixed');
  if (out.length === 0 || usedBy.length === 0) return [];
  const named = out.map((endpoint) => {
    const at = endpointText(endpoint);
    return endpoint.reasons.length === 0 ? at : `${at} (${endpoint.reasons.join('; ')})`;
  });
  return [
    {
      weight: 'Harms',
      reason: 'EndpointsOut',
      what: [
        `Backend ${name}: ${out.length} of ${counted(endpoints.length, 'endpoint')} out: ${listed(named)}.`,
      ],
      remedy: 'Correct these servers, or the healthCheck or outlierDetection of the backend.',
      commands: commandsFor('EndpointsOut', about),
    },
  ];
};

/** Replicas that serve another generation than the newest: a proxy that follows does so within a second. */
const fromGenerations = ({ replicas, generation, namespace }: Picture): readonly Problem[] => {
  const late = replicas.filter(
    ({ serves, following }) =>
      following !== false && serves !== undefined && serves !== `generation/${generation}`,
  );
  if (late.length === 0) return [];
  return [
    {
      weight: 'Passes',
      reason: 'ServesOther',
      what: late.map(({ pod, serves }) => `Pod ${pod} serves ${serves}, not generation/${generation}.`),
      remedy: 'Wait a moment; if it persists, see the log of the proxy.',
      commands: late.slice(0, 1).map(({ pod }) => `kubectl -n ${namespace} logs ${pod} --tail=20`),
    },
  ];
};

const fromLimits = ({ listeners }: Picture, about: About): readonly Problem[] =>
  listeners
    .filter(({ limiting }) => limiting)
    .map(({ name, refused }) => ({
      weight: 'Warns',
      reason: 'Limiting',
      what: [
        `Listener ${name} refuses clients: ${refused.map(({ reason, total }) => `${reason} ${total}`).join(', ') || 'a limit is reached'}.`,
      ],
      remedy:
        'Raise limits of the listener if these clients are wanted; kubectl l4b status shows the counts.',
      commands: commandsFor('Limiting', about),
    }));

const fromTuning = ({ tuning }: Picture, about: About): readonly Problem[] => {
  const lacking = tuning.filter(({ ok }) => !ok);
  if (lacking.length === 0) return [];
  return [
    {
      weight: 'Warns',
      reason: 'TuningNotInEffect',
      what: lacking.map(({ name, asked = 'nothing', effective, hint = '' }) =>
        `${name}: asked ${asked}, in effect ${effective}. ${hint}`.trim(),
      ),
      remedy: 'docs/tuning.md says what a node must allow for each setting.',
      commands: [`kubectl l4b status ${about.name} -n ${about.namespace} -o wide`],
    },
  ];
};
