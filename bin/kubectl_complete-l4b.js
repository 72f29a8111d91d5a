#!/usr/bin/env node
import { keepCompiled } from '../program/compile-cache.js';
import { refuseOldNode } from '../program/node-version.js';

refuseOldNode(process);
keepCompiled(process.env);
await import('../cli/complete.ts');
