// What the checks need, from the browser and from each other.
import type { Endpoints } from '../../../fxa/environments.ts';
import type { doctorPorts } from '../../browser/pages/doctor-ports.ts';
import type { BuildConfig } from '../../config.ts';
import type { Finding } from './findings.ts';

export type CheckContext = typeof doctorPorts & {
  /** The build with the active server applied. */
  readonly build: BuildConfig;
  /** The registered redirect URI; undefined if the build does not know it. */
  readonly registered: string | undefined;
};

/** A storage area, as used by the storage check. */
export type ProbedArea = CheckContext['local'];

/** A server's clock, with its uncertainty: half the response time plus a second of rounding. */
export interface Stamp {
  /** Server time minus local time, in milliseconds. */
  readonly difference: number;
  readonly uncertainty: number;
}

/** Results that later checks need. */
export interface Notes {
  endpoints?: Endpoints;
  readonly stamps: Stamp[];
}

export type Examine = (context: CheckContext, notes: Notes) => Promise<Omit<Finding, 'check'>>;
