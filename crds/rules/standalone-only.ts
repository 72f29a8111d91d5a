import { problemIf, type Rule, rule } from './rule.ts';

interface FilesField<Value> {
  readonly id: string;
  readonly scope: string;
  readonly field: keyof Value & string;
  /** What is wrong with it and what to use instead, as a clause about the field. */
  readonly why: string;
}

/** A field that names files, which only a proxy without a cluster has. */
export const standaloneOnly = <Value extends object>({ id, scope, field, why }: FilesField<Value>): Rule =>
  rule<Value>({
    id,
    aboutPods: true,
    scope,
    reads: [field],
    rule: `!has(self.${field})`,
    message: `${field} ${why}`,
    fieldPath: `.${field}`,
    check: (value) => problemIf(value[field] !== undefined, [field], why),
  });
