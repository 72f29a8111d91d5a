import type { StatusSummary } from '../../report/status.ts';

type Finding = StatusSummary['findings'][number];

/** The codes of the findings about a listener or a backend, beside its name. */
export const Marks = ({ findings }: { readonly findings: readonly Finding[] }) => (
  <>
    {[...new Set(findings.map(({ code }) => code))].map((code) => (
      <span key={code} class="state fair">
        {code}
      </span>
    ))}
  </>
);
