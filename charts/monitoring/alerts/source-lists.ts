import type { Alert } from '../alert.ts';

/** What happens to the lists of sources that listeners have. */
export const SOURCE_LIST_ALERTS: readonly Alert[] = [
  {
    name: 'L4BalancerSourceListUnusable',
    severity: 'warning',
    // Longer than it takes to replace a ConfigMap, or to write a file anew.
    for: '10m',
    expr: 'max by (namespace, balancer, list) (l4balancer_source_list_unusable) == 1',
    summary:
      'Source list {{ $labels.list }} of {{ $labels.namespace }}/{{ $labels.balancer }} is missing or invalid',
    description:
      'What the ConfigMap or file has now cannot be used, so the proxies go on with what they read before, or let nobody in if there is nothing: correct the list.',
    meaning:
      'The list is gone, or has an entry that is no address and no range. The last good content stays in effect, in proxies that have read it; who is denied since then may still connect. A proxy that starts now has none, and refuses all clients of the listener.',
    look: '`kubectl l4b why NAME` says what is wrong with it, with the line.',
    remedy:
      'Correct or restore the ConfigMap or the file, or remove it from `sources` of the listener. The proxies take a ConfigMap within a second; nothing restarts.',
  },
];
