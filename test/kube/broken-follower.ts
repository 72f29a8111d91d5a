import { realClock } from '../../kube/clock.ts';
import { LIMITS, startListWatch } from '../../kube/list-watch.ts';
import { scriptedTransport } from './scripted-transport.ts';

/** A program whose follower fails in the callback given as argument. The program must end. */
const [broken] = process.argv.slice(2);
setInterval(() => {}, 60_000); // keeps the process alive, as a server would

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
