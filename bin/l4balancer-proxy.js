#!/usr/bin/env node
import '../program/first-moments.js';

await import('../proxy/main.ts');
