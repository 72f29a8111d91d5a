import type { Alert } from '../../../charts/monitoring/alert.ts';

/** Long enough for some scrapes, one a second, even on a busy machine. */
const RANGE = '15s';

/** The alert as it would be, if minutes were seconds: a test does not wait for ten minutes. */
export const shortened = (alert: Alert): Alert => ({
  ...alert,
  for: '1s',
  expr: alert.expr.replaceAll(/\[\d+m\]/g, `[${RANGE}]`),
});

/** A query of a panel, as Grafana would ask it with everything chosen. */
export const asked = (expr: string, chosen: Readonly<Record<string, string>>): string =>
  expr
    .replaceAll('$__rate_interval', RANGE)
    .replaceAll(/\$(\w+)/g, (all, name: string) => chosen[name] ?? all);
