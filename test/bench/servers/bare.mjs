// How many RS256 signatures this machine verifies in Node when it does nothing else, one after the other.
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign, verify } from 'node:crypto';

const seconds = Number(process.argv[2]);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const text = Buffer.alloc(500, 'x');
const signature = sign('sha256', text, privateKey);

/** Verifications in one second. */
function rate(milliseconds) {
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < milliseconds) {
    for (let n = 0; n < 100; n += 1) if (!verify('sha256', text, publicKey, signature)) process.exit(1);
    count += 100;
  }
  return (count / (performance.now() - began)) * 1000;
}

rate(200);
process.stdout.write(String(rate(seconds * 1000)));
