#!/usr/bin/env node
import '../program/first-moments.js';

await import('../operator/main.ts');
