// Writes into the file named by the thread that started this one, whenever there is room.
import { openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const page = Buffer.alloc(4096);
const file = openSync(workerData, 'a');
const fill = () => {
  try {
    for (;;) writeSync(file, page);
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
};
fill();
setInterval(fill, 5);
parentPort.postMessage('full');
