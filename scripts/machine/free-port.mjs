// Finds a free port, for configuration that needs it before the server starts.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below those that systems hand out by themselves (port 0, outgoing connections), which may be taken when they are
 * needed.
 */
const FIRST = 12_000;
const LAST = 32_000;

/**
 * On 127.0.0.1.
 *
 * @returns {Promise<number>}
 * @throws Node's error if no port can be listened on for another reason than that it is taken
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', (error) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
