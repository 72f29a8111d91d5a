import { type Alert, anchorOf } from '../../charts/monitoring/alert.ts';
import { ALERTS } from '../../charts/monitoring/all-alerts.ts';
import { tableOf } from './sections.ts';

const sectionOf = ({ name, severity, for: time, meaning, look, remedy }: Alert): string =>
  `### ${name}

${severity}, after ${time === '0m' ? 'one evaluation' : time}. ${meaning}

*See it.* ${look}

*Mend it.* ${remedy}
`;

/** A section for each alert, whose heading is the anchor of its runbook_url. */
export const alertSections = (): string => `${ALERTS.map(sectionOf).join('\n')}`;

export const alertTable = (): string =>
  tableOf(
    ['alert', 'severity', 'for', 'what to do'],
    ALERTS.map((alert) => [
      `[${alert.name}](troubleshooting.md#${anchorOf(alert)})`,
      alert.severity,
      alert.for,
      alert.description.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '…'),
    ]),
  );
