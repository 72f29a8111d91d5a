import '../program/first-moments.js';

// Loaded dynamically, because static imports run before the first line.
const { runCommand } = await import('./command.ts');
await runCommand(process.argv.slice(2), process.env);
