import type { Picture } from '../picture/picture.ts';
import { remedyOf, weightOf } from './catalogue.ts';
import { type About, commandsFor } from './commands.ts';
import type { Problem, Weight } from './problem.ts';

const problem = (
  weight: Weight,
  reason: string,
  what: string,
  about: About,
  remedy = remedyOf(reason),
): Problem => ({
  weight,
  reason,
  what: [what],
  remedy,
  commands: commandsFor(reason, about),
});

const START = 'See whether an operator runs, watches this namespace, and can reach the API server.';

/** Whether the operator follows the resource at all. */
const fromOperator = (picture: Picture, about: About): readonly Problem[] => {
  const { generation = 0, observedGeneration, conditions } = picture;
  if (conditions.length === 0 || observedGeneration === undefined || observedGeneration === -1)
    return [problem('Stops', 'NoOperator', 'No operator has acted on this resource yet.', about, START)];
  return observedGeneration < generation
    ? [
        problem(
          'Harms',
          'OperatorBehind',
          `The operator has acted on generation ${observedGeneration} of the spec, which is at ${generation}. Proxies follow changes of listeners and backends by themselves; the rest waits.`,
          about,
          START,
        ),
      ]
    : [];
};

/** What the operator says in the conditions, and of each listener and backend. */
export const fromStatus = (picture: Picture, about: About): readonly Problem[] => {
  const ready = picture.conditions.find(({ type }) => type === 'Ready');
  const warnings = picture.conditions.find(({ type }) => type === 'Warnings');
  const isUntouched = (picture.observedGeneration ?? -1) === -1;
  return [
    ...fromOperator(picture, about),
    ...(ready === undefined || ready.status === 'True' || isUntouched
      ? []
      : [problem(weightOf(ready.reason), ready.reason, ready.message, about)]),
    // Ready with a reason that says that nothing is served, or that nothing follows the spec.
    ...(ready?.status === 'True' && ['Paused', 'ScaledToZero'].includes(ready.reason)
      ? [problem('Warns', ready.reason, ready.message, about)]
      : []),
    ...picture.listeners.flatMap(({ name, problems }) =>
      problems.map((text) => {
        const [reason = '', ...message] = text.split(': ');
        return problem('Harms', reason, `Listener ${name}: ${message.join(': ')}`, about);
      }),
    ),
    ...(warnings?.status === 'True' ? [problem('Warns', warnings.reason, warnings.message, about)] : []),
  ];
};
