// Where the log goes: a file, a pipe or a socket that may be full, or gone. Writing never throws and never waits for a reader.
import { constants, fstatSync, openSync, type Stats, writeSync } from 'node:fs';
import { Socket } from 'node:net';

export interface LogSink {
  /** Writes a line, or drops it when there is no room for it. */
  write(line: string): void;
}

/** False: there was no room. */
type Put = (line: string) => boolean;

const STDOUT = 1;
/** Bytes that wait for the reader of a socket. */
const MOST_WAITING = 1024 * 1024;

/** `recovered` is told how many lines were dropped, once there is room again. */
export function logSink(recovered: (dropped: number) => void, fd = STDOUT): LogSink {
  const put = writerTo(fd);
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

function writerTo(fd: number): Put {
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

function fileWriter(fd: number): Put {
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
      // Full (ENOSPC, EAGAIN), without a reader (EPIPE), or broken in another way: the companion works without its log.
      return false;
    }
  };
}

/** A reader that stands still would hold up everything. What we were given is shared with others; an opening of our own is not. */
function withoutWaiting(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}

/** As journald gives one: it cannot be opened again, but Node writes to it without waiting. */
function socketWriter(fd: number): Put {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on('error', () => undefined).unref();
  return (line) => {
    if (!socket.writable || socket.writableLength > MOST_WAITING) return false;
    socket.write(line);
    return true;
  };
}
