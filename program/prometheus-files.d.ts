// Types of the files of prom-client that program/prometheus.ts loads; the package only has types for its
// index.
declare module 'prom-client/lib/counter.js' {
  import type { Counter } from 'prom-client';

  const value: typeof Counter;
  export default value;
}
declare module 'prom-client/lib/defaultMetrics.js' {
  import type { collectDefaultMetrics } from 'prom-client';

  const value: typeof collectDefaultMetrics;
  export default value;
}
declare module 'prom-client/lib/gauge.js' {
  import type { Gauge } from 'prom-client';

  const value: typeof Gauge;
  export default value;
}
declare module 'prom-client/lib/histogram.js' {
  import type { Histogram } from 'prom-client';

  const value: typeof Histogram;
  export default value;
}
declare module 'prom-client/lib/registry.js' {
  import type { Registry } from 'prom-client';

  const value: typeof Registry;
  export default value;
}
