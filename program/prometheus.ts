// What the programs use of prom-client, file by file: its index loads an HTTP client and a cluster, with 7
// MiB, to push metrics and to add up those of processes, which neither program does.
import Counter from 'prom-client/lib/counter.js';
import collectDefaultMetrics from 'prom-client/lib/defaultMetrics.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';

export { Counter, collectDefaultMetrics, Gauge, Histogram, Registry };
