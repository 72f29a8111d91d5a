import type { Usage, UsageTerm } from '@optique/core/usage';

/** `[OPTION...]` */
const OPTIONS: UsageTerm = {
  type: 'optional',
  terms: [{ type: 'multiple', min: 1, terms: [{ type: 'argument', metavar: 'OPTION' }] }],
};

const isOption = (term: UsageTerm): boolean =>
  term.type === 'option' ||
  ((term.type === 'optional' || term.type === 'multiple' || term.type === 'sequence') &&
    term.terms.every(isOption));

const isRequired = (term: UsageTerm): boolean =>
  term.type === 'multiple' ? term.min > 0 : term.type !== 'optional';

/**
 * What the help of a command begins with: options that may be omitted are one word there, since the list
 * below has them all, and a line with each would be broken anywhere.
 */
export const usageLine = (terms: Usage): Usage => {
  const needed = terms.filter((term) => isOption(term) && isRequired(term));
  return [...needed, OPTIONS, ...terms.filter((term) => !isOption(term))];
};
