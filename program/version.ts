import packageJson from '../package.json' with { type: 'json' };

/** Version of both programs. */
export const VERSION: string = packageJson.version;
