// The page: starts the checks when opened, shows findings as they arrive, then offers the report.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { BuildConfig } from '../../config.ts';
import { TesterNote } from '../shared/tester-note.tsx';
import { text } from '../shared/text.ts';
import { examine } from './examination.ts';
import { FindingRow } from './finding-row.tsx';
import { CHECKS, verdictOf, type Finding, type Verdict } from './findings.ts';
import { Policies } from './policies.tsx';
import { ReportPart } from './report-part.tsx';
import type { Surroundings } from './check-context.ts';

export interface DoctorProps {
  /** The build with its built-in server; the context has it with the active server. */
  readonly builtIn: BuildConfig;
  readonly chosen: boolean;
  readonly surroundings: Surroundings;
}

export function Doctor({ builtIn, chosen, surroundings }: DoctorProps) {
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [done, setDone] = useState(false);
  const running = useRef(false);

  const run = async () => {
    if (running.current) return;
    running.current = true;
    setDone(false);
    setFindings([]);
    await examine(surroundings, (finding) => setFindings((before) => [...before, finding]));
    running.current = false;
    setDone(true);
  };
  useEffect(() => void run(), []);

  const found = (check: string) => findings.find((finding) => finding.check === check);
  return (
    <main class="wide" data-status={done ? 'done' : 'running'} aria-busy={!done}>
      <TesterNote />
      <h1>{text('doctorTitle')}</h1>
      <p>{text('doctorIntro')}</p>
      <progress
        max={CHECKS.length}
        value={findings.length}
        aria-label={text('doctorProgress')}
        hidden={done}
      />
      <p role="status" class="summary" data-worst={done ? worst(findings) : undefined}>
        {done && summary(findings)}
      </p>
      <ol class="findings">
        {CHECKS.map((check, index) => (
          <FindingRow
            key={check}
            check={check}
            finding={found(check)}
            running={!done && index === findings.length}
          />
        ))}
      </ol>
      {/* Not `disabled`, which would lose the focus. */}
      <button type="button" class="action" aria-disabled={!done} onClick={() => void run()}>
        {text('doctorRunAgain')}
      </button>
      <ReportPart builtIn={builtIn} chosen={chosen} findings={findings} ready={done} />
      <Policies />
    </main>
  );
}

function worst(findings: readonly Finding[]): Verdict {
  const order: readonly Verdict[] = ['broken', 'look', 'unknown'];
  return order.find((verdict) => findings.some((finding) => verdictOf(finding) === verdict)) ?? 'fine';
}

function summary(findings: readonly Finding[]): string {
  switch (worst(findings)) {
    case 'broken':
      return text('doctorSummaryBroken');
    case 'look':
      return text('doctorSummaryLook');
    case 'unknown':
      return text('doctorSummaryUnknown');
    case 'fine':
      return text('doctorSummaryFine');
  }
}
