import type { LiveReport } from '../../report/live.ts';
import { clipped, count } from '../words/format.ts';
import { EndpointsOut } from './endpoints-out.tsx';
import { Section } from './section.tsx';

/** What needs attention: findings with what to do, and endpoints that are out of service. */
export const Findings = ({ report }: { readonly report: LiveReport }) => {
  const { findings } = report.summary;
  const problems = findings.length + (report.out.total > 0 ? 1 : 0);
  if (problems === 0)
    return (
      <Section id="attention" title="Nothing needs attention">
        <p class="fine">No findings, and every endpoint is in service.</p>
      </Section>
    );
  return (
    <Section id="attention" title="Needs attention" note={count(findings.length + report.out.total)}>
      <ul class="findings">
        {findings.map(({ code, path, message, listener, backend, line }) => (
          <li key={`${code} ${path} ${message}`}>
            <strong>{clipped(code, 64)}</strong>
            <span class="message">{clipped(message)}</span>
            <span class="where">
              {clipped(path, 256)}
              {line !== undefined && `, line ${line}`}
              {listener !== undefined && ` · listener ${clipped(listener, 253)}`}
              {backend !== undefined && ` · backend ${clipped(backend, 253)}`}
            </span>
          </li>
        ))}
      </ul>
      <EndpointsOut report={report} />
    </Section>
  );
};
