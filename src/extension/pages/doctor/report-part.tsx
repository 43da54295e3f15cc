// The report: created in one click, shown in full, then saved or copied on request.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { BuildConfig } from '../../config.ts';
import { text } from '../shared/text.ts';
import { reportFacts } from '../../browser/pages/doctor-ports.ts';
import type { Finding } from './findings.ts';
import { reportText } from './report.ts';

interface ReportProps {
  readonly builtIn: BuildConfig;
  readonly chosen: boolean;
  readonly findings: readonly Finding[];
  /** False while checks are running. */
  readonly ready: boolean;
}

export function ReportPart({ builtIn, chosen, findings, ready }: ReportProps) {
  const [report, setReport] = useState<string>();
  const [copied, setCopied] = useState(false);
  const shown = useRef<HTMLPreElement>(null);

  // Drops an outdated report when the checks run again.
  useEffect(() => setReport(undefined), [ready]);
  useEffect(() => {
    setCopied(false);
    if (report !== undefined) shown.current?.focus();
  }, [report]);

  const make = async () => {
    if (ready) setReport(reportText({ ...(await reportFacts()), build: builtIn, chosen, findings }));
  };
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // The user can still copy the selection.
      () => shown.current && getSelection()?.selectAllChildren(shown.current),
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
          <pre ref={shown} dir="ltr" tabIndex={0} role="region" aria-labelledby="report-title">
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
