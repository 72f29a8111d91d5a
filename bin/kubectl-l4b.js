#!/usr/bin/env node
import { keepCompiled } from '../program/compile-cache.js';
import { refuseOldNode } from '../program/node-version.js';
import { loadOperatorCode } from './operator-code.js';

refuseOldNode(process);
keepCompiled(process.env);
const { main } = await import('../cli/main.ts');
await main(loadOperatorCode);
