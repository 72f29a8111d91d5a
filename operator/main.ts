import '../program/first-moments.js';

// Loaded late: all that is imported above a line runs before it.
const { runCommand } = await import('./command.ts');
await runCommand(process.argv.slice(2), process.env);
