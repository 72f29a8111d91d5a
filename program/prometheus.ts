// The parts of prom-client that the programs use, file by file. Its index also loads an HTTP client and a
// cluster module, 7 MiB in total, for pushing metrics and for aggregating those of processes; neither program
// does that.
import Counter from 'prom-client/lib/counter.js';
import collectDefaultMetrics from 'prom-client/lib/defaultMetrics.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';

export { Counter, collectDefaultMetrics, Gauge, Histogram, Registry };
