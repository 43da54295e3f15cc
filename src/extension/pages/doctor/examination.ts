// Runs the checks one after the other, each with a time limit, and passes results on to later checks.
import { BROWSER_CHECKS } from './checks/browser.ts';
import { SERVER_CHECKS } from './checks/servers.ts';
import { SESSION_CHECKS } from './checks/session.ts';
import { CHECKS, type Check, type Finding } from './findings.ts';
import type { Examine, Notes, CheckContext } from './check-context.ts';

const ALL: Record<Check, Examine> = { ...BROWSER_CHECKS, ...SESSION_CHECKS, ...SERVER_CHECKS };

/** Milliseconds. Longer than any check's own time limit. */
const LONGEST = 15_000;

/** Runs every check in turn and calls `tell` after each. Never rejects. */
export async function examine(
  context: CheckContext,
  tell: (finding: Finding) => void,
  limit = LONGEST,
): Promise<readonly Finding[]> {
  const notes: Notes = { stamps: [] };
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    const finding: Finding = { check, ...(await inTime(ALL[check], context, notes, limit)) };
    findings.push(finding);
    tell(finding);
  }
  return findings;
}

/** The finding for a check that threw. Its error is dropped, because it may contain anything. */
async function inTime(
  check: Examine,
  context: CheckContext,
  notes: Notes,
  limit: number,
): Promise<Omit<Finding, 'check'>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), limit);
  });
  try {
    return await Promise.race([check(context, notes), late]);
  } catch {
    return { code: 'checkFailed' };
  } finally {
    clearTimeout(timer);
  }
}
