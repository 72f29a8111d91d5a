import { stringify } from 'yaml';
import { type Alert, anchorOf } from './alert.ts';
import { ALERT_GROUPS } from './all-alerts.ts';

/** The page with a section for each alert; the chart puts the user's URL before the anchor. */
export const RUNBOOK_PAGE = 'docs/troubleshooting.md';

const ruleOf = (alert: Alert) => ({
  alert: alert.name,
  expr: alert.expr,
  for: alert.for,
  labels: { severity: alert.severity },
  annotations: {
    summary: alert.summary,
    description: alert.description,
    runbook_url: `${RUNBOOK_PAGE}#${anchorOf(alert)}`,
  },
});

/**
 * A file of rules that Prometheus reads as it is, and the chart puts into a PrometheusRule. `adapt` may
 * change each alert.
 */
export const rulesFile = (adapt: (alert: Alert) => Alert = (alert) => alert): string =>
  stringify(
    {
      groups: ALERT_GROUPS.map(({ name, alerts }) => ({
        name,
        rules: alerts.map((alert) => ruleOf(adapt(alert))),
      })),
    },
    { lineWidth: 0 },
  );
