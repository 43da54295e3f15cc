// Writes the log to a file, pipe or socket that may be full or closed. Never throws and never blocks on a reader.
import { constants, fstatSync, openSync, type Stats, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { DestinationStream } from 'pino';

/** Writes a line; returns false when there was no room. */
type Writer = (line: string) => boolean;

const STDOUT = 1;
/** Maximum bytes buffered for a socket's reader. */
const MOST_WAITING = 1024 * 1024;

/** Creates a sink. `recovered` is called with the number of dropped lines once writing works again. */
export function logSink(recovered: (dropped: number) => void): DestinationStream {
  const put = writerTo(STDOUT);
  let dropped = 0;
  return {
    write(line) {
      if (!put(line)) {
        dropped += 1;
        return;
      }
      if (dropped === 0) return;
      const count = dropped;
      dropped = 0;
      recovered(count);
    },
  };
}

function writerTo(fd: number): Writer {
  const stats = statsOf(fd);
  if (stats?.isSocket()) return socketWriter(fd);
  return fileWriter(stats?.isFIFO() ? withoutWaiting(fd) : fd);
}

function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

function fileWriter(fd: number): Writer {
  let isTorn = false;
  return (line) => {
    let bytes: Uint8Array = Buffer.from(isTorn ? `\n${line}` : line);
    try {
      while (bytes.length > 0) {
        bytes = bytes.subarray(writeSync(fd, bytes));
        isTorn = bytes.length > 0;
      }
      return true;
    } catch {
      // Full (ENOSPC, EAGAIN), no reader (EPIPE), or otherwise broken: the companion runs on without a log.
      return false;
    }
  };
}

/**
 * Reopens a pipe as non-blocking, since a stalled reader would block the process. The inherited descriptor is shared
 * with other processes; our own is not.
 */
function withoutWaiting(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}

/** A socket (as from journald) can't be reopened, but Node writes to it without blocking. */
function socketWriter(fd: number): Writer {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on('error', () => undefined).unref();
  return (line) => {
    if (!socket.writable || socket.writableLength > MOST_WAITING) return false;
    socket.write(line);
    return true;
  };
}
