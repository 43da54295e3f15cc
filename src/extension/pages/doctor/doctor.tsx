// The page: starts the checks when opened, shows findings as they arrive, then offers the report.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { BuildConfig } from '../../config.ts';
import { TesterNote } from '../shared/layout.tsx';
import { text } from '../shared/text.tsx';
import { reportFacts } from '../../browser/pages/doctor-ports.ts';
import { examine } from './examination.ts';
import { FindingRow } from './finding-row.tsx';
import { CHECKS, verdictOf, type Finding, type Verdict } from './findings.ts';
import { reportText } from './report.ts';
import type { CheckContext } from './check-context.ts';

export interface DoctorProps {
  /** The build with its built-in server; the context has it with the active server. */
  readonly builtIn: BuildConfig;
  readonly otherServer: boolean;
  readonly context: CheckContext;
}

export function Doctor({ builtIn, otherServer, context }: DoctorProps) {
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [done, setDone] = useState(false);
  const running = useRef(false);

  const run = async () => {
    if (running.current) return;
    running.current = true;
    setDone(false);
    setFindings([]);
    await examine(context, (finding) => setFindings((before) => [...before, finding]));
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
        {done && text(SUMMARIES[worst(findings)])}
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
      <ReportPart builtIn={builtIn} otherServer={otherServer} findings={findings} ready={done} />
      <Policies />
    </main>
  );
}

/** From worst to best. */
const SUMMARIES: Record<Verdict, string> = {
  broken: 'doctorSummaryBroken',
  look: 'doctorSummaryLook',
  unknown: 'doctorSummaryUnknown',
  fine: 'doctorSummaryFine',
};

function worst(findings: readonly Finding[]): Verdict {
  const order = Object.keys(SUMMARIES) as Verdict[];
  return order.find((verdict) => findings.some((finding) => verdictOf(finding) === verdict)) ?? 'fine';
}

/** A short explanation of private windows and containers; docs/private-windows.md has the reasons. */
function Policies() {
  return (
    <section>
      <h2>{text('doctorPrivateTitle')}</h2>
      <p>{text('doctorPrivateText')}</p>
      <p>{text('doctorPrivateWindow')}</p>
      <h2>{text('doctorContainersTitle')}</h2>
      <p>{text('doctorContainersText')}</p>
    </section>
  );
}

interface ReportProps {
  readonly builtIn: BuildConfig;
  readonly otherServer: boolean;
  readonly findings: readonly Finding[];
  /** False while checks are running. */
  readonly ready: boolean;
}

/** The report: created in one click, shown in full, then saved or copied on request. */
function ReportPart({ builtIn, otherServer, findings, ready }: ReportProps) {
  const [report, setReport] = useState<string>();
  const [copied, setCopied] = useState(false);
  const reportElement = useRef<HTMLPreElement>(null);

  // Drops an outdated report when the checks run again.
  useEffect(() => setReport(undefined), [ready]);
  useEffect(() => {
    setCopied(false);
    if (report !== undefined) reportElement.current?.focus();
  }, [report]);

  const make = async () => {
    if (ready) setReport(reportText({ ...(await reportFacts()), build: builtIn, otherServer, findings }));
  };
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // The user can still copy the selection.
      () => reportElement.current && getSelection()?.selectAllChildren(reportElement.current),
    );
  };
  return (
    <section>
      <h2 id="report-title">{text('doctorReport')}</h2>
      <p id="report-note">{text('doctorReportNote')}</p>
      {report === undefined ? (
        <button type="button" class="primary" aria-disabled={!ready} onClick={() => void make()}>
          {text('doctorMakeReport')}
        </button>
      ) : (
        <>
          {/* Focusable, because it scrolls. */}
          <pre ref={reportElement} dir="ltr" tabIndex={0} role="region" aria-labelledby="report-title">
            {report}
          </pre>
          <div class="pair">
            <a class="primary" download="doctor-report.json" href={fileOf(report)}>
              {text('doctorSave')}
            </a>
            <button type="button" onClick={() => void copy(report)}>
              {text('doctorCopy')}
            </button>
          </div>
        </>
      )}
      <p role="status" class="note">
        {copied && text('doctorCopied')}
      </p>
    </section>
  );
}

function fileOf(report: string): string {
  return `data:application/json;charset=utf-8,${encodeURIComponent(report)}`;
}
