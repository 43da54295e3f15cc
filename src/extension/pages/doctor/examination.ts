// One examination: the checks one after the other, each within its time, and what one of them learns for the others.
import type { Endpoints } from '../../../fxa/environments.ts';
import { BROWSER_CHECKS } from './checks/browser.ts';
import { SERVER_CHECKS } from './checks/servers.ts';
import { SESSION_CHECKS } from './checks/session.ts';
import { CHECKS, type Check, type Finding } from './findings.ts';
import type { Surroundings } from './check-context.ts';

/** A server's time, and how far off it may be: half the time its answer took, and the second it was rounded to. */
export interface Stamp {
  /** Server's time less ours, in milliseconds. */
  readonly difference: number;
  readonly uncertainty: number;
}

/** What a check learns that a later one needs. */
export interface Notes {
  endpoints?: Endpoints;
  readonly stamps: Stamp[];
}

export type Examine = (surroundings: Surroundings, notes: Notes) => Promise<Omit<Finding, 'check'>>;

const ALL: Record<Check, Examine> = { ...BROWSER_CHECKS, ...SESSION_CHECKS, ...SERVER_CHECKS };

/** Milliseconds: longer than any check's own patience. */
const LONGEST = 15_000;

/** Runs every check in turn; `tell` hears of each as it is done. Never rejects. */
export async function examine(
  surroundings: Surroundings,
  tell: (finding: Finding) => void,
  limit = LONGEST,
): Promise<readonly Finding[]> {
  const notes: Notes = { stamps: [] };
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    const finding: Finding = { check, ...(await inTime(ALL[check], surroundings, notes, limit)) };
    findings.push(finding);
    tell(finding);
  }
  return findings;
}

/** What a check throws is nobody's to read: it may hold anything. */
async function inTime(
  check: Examine,
  surroundings: Surroundings,
  notes: Notes,
  limit: number,
): Promise<Omit<Finding, 'check'>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), limit);
  });
  try {
    return await Promise.race([check(surroundings, notes), late]);
  } catch {
    return { code: 'checkFailed' };
  } finally {
    clearTimeout(timer);
  }
}
