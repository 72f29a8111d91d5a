import { realClock } from '../../kube/clock.ts';
import { LIMITS, startListWatch } from '../../kube/list-watch.ts';
import { scriptedTransport } from './scripted-transport.ts';

/** A program whose follower is broken in the way that its argument says; what must happen is that it ends. */
const [broken] = process.argv.slice(2);
setInterval(() => {}, 60_000); // something else that keeps the process up, as a server would

startListWatch(
  {
    transport: scriptedTransport([
      { answer: { kind: 'PodList', metadata: { resourceVersion: '1' }, items: [] } },
      { lines: [], ending: 'Hang' },
    ]),
    path: '/p',
    onSync: () => {
      if (broken === 'onSync') throw new Error('onSync is broken');
    },
    onChange: () => {},
    ...(broken === 'onState'
      ? {
          onState: () => {
            throw new Error('onState is broken');
          },
        }
      : {}),
  },
  { clock: realClock, random: Math.random, limits: LIMITS },
);
