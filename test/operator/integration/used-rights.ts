import type { AuditEvent } from '../../../cluster/control-plane/audit-log.ts';

/** A rule of a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What a program asked of the API server, as its rules are written. */
export interface Asked {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name: string | undefined;
}

/** The requests of a user that are about resources. */
export const askedBy = (events: readonly AuditEvent[], user: string): readonly Asked[] =>
  events
    .filter((event) => event.user.username === user)
    .flatMap(({ verb, objectRef }) => {
      if (objectRef === undefined) return [];
      const { apiGroup = '', resource, subresource, name } = objectRef;
      return [{ group: apiGroup, resource: [resource, subresource].filter(Boolean).join('/'), verb, name }];
    });

const covers = (rule: Rule, { group, resource, verb, name }: Asked): boolean =>
  rule.apiGroups.includes(group) &&
  rule.resources.includes(resource) &&
  rule.verbs.includes(verb) &&
  (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name)));

/** Requests that no rule is for: such a program would be refused, or has its rights from elsewhere. */
export const missingIn = (rules: readonly Rule[], asked: readonly Asked[]): readonly string[] => [
  ...new Set(
    asked
      .filter((one) => !rules.some((rule) => covers(rule, one)))
      .map(({ group, resource, verb, name }) => `${verb} ${group}/${resource} ${name ?? ''}`),
  ),
];

/** What rules allow that nobody asked for: `VERB GROUP/RESOURCE`, with a name if the rule has names. */
export const unusedIn = (rules: readonly Rule[], asked: readonly Asked[]): readonly string[] =>
  rules.flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        (rule.resourceNames ?? [undefined]).flatMap((name) =>
          rule.verbs
            .filter(
              (verb) =>
                !asked.some(
                  (one) =>
                    one.group === group &&
                    one.resource === resource &&
                    one.verb === verb &&
                    (name === undefined || one.name === name),
                ),
            )
            .map((verb) => `${verb} ${group}/${resource}${name === undefined ? '' : ` ${name}`}`),
        ),
      ),
    ),
  );
