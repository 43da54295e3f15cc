// What the build knows of servers: its own, and those a tester may fill in. vite.config.ts puts it in.
import type { Servers } from '../../server-config.ts';

declare const __SERVERS__: Servers;

export const servers: Servers = __SERVERS__;
