// The built-in server and the presets for testers; vite.config.ts inserts them.
import type { Servers } from '../../server-config.ts';

declare const __SERVERS__: Servers;

export const servers: Servers = __SERVERS__;
