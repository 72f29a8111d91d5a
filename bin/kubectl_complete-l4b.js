#!/usr/bin/env node
import { refuseOldNode } from '../program/node-version.js';

refuseOldNode(process);
await import('../cli/complete.ts');
