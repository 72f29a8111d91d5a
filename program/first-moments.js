// The first import of both programs: what must hold from the first moment, even while the rest is being
// loaded.
import { refuseDebugger } from './debugger.js';
import { refuseOldNode } from './node-version.js';
import { holdSignals } from './signals.js';

refuseOldNode(process);
holdSignals();
refuseDebugger();
