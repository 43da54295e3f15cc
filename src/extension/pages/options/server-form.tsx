// Tester builds only: a form for switching servers. The background validates it and signs out first.
import { useId, useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import { facts } from '../../facts.ts';
import type { ServerConfig } from '../../server-config.ts';
import { ProblemNote } from '../shared/problem-note.tsx';
import { text } from '../shared/text.ts';
import { call } from '../../browser/messaging.ts';
import { originOf } from './origin-of.ts';

const { builtIn, presets } = facts.servers;

/** As in server-config.ts; lets the browser mark the invalid field. */
const ORIGIN = String.raw`(https://[^\/?#@\s]+|http://(127\.0\.0\.1|localhost)(:\d+)?)\/?`;
const CLIENT_ID = '[0-9a-fA-F]{16}';

export function ServerForm({ chosen }: { chosen: ServerConfig | null | undefined }) {
  const [wanted, setWanted] = useState<ServerConfig>(chosen ?? builtIn);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<FxaErrorCode>();
  const choose = () => {
    if (busy) return;
    setBusy(true);
    setFailed(undefined);
    const { issuer, clientId, companion } = wanted;
    const config: ServerConfig = {
      issuer: originOf(issuer),
      clientId,
      ...(companion !== undefined && { companion: originOf(companion) }),
    };
    const isBuiltIn = JSON.stringify(config) === JSON.stringify(builtIn);
    // On success the extension restarts, which closes this page before there is a response.
    call('switchServer', isBuiltIn ? '' : JSON.stringify(config)).catch((error: unknown) => {
      setBusy(false);
      setFailed((error as Error).message as FxaErrorCode);
    });
  };
  const refused = failed === 'misconfigured';
  const change = (name: keyof ServerConfig) => (value: string) => {
    const { [name]: _, ...others } = wanted;
    setWanted({
      ...others,
      ...((value !== '' || name !== 'companion') && { [name]: value }),
    } as ServerConfig);
  };
  return (
    <details>
      <summary>{text('serverChange')}</summary>
      <p class="note">{text('serverChangeNote')}</p>
      <div class="presets" role="group" aria-label={text('serverPresets')}>
        <Preset label={text('serverOwn')} preset={builtIn} onChoose={setWanted} />
        <Preset label={text('serverStandin')} preset={presets.standin} onChoose={setWanted} />
        <Preset label={text('serverStage')} preset={presets.stage} onChoose={setWanted} />
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          choose();
        }}
      >
        <Field
          label={text('serverIssuer')}
          note={text('serverOriginNote')}
          value={wanted.issuer}
          pattern={ORIGIN}
          onInput={change('issuer')}
        />
        <Field
          label={text('serverClient')}
          note={text('serverClientNote')}
          value={wanted.clientId}
          pattern={CLIENT_ID}
          onInput={change('clientId')}
        />
        <Field
          label={text('serverCompanion')}
          note={text('serverCompanionNote')}
          value={wanted.companion ?? ''}
          pattern={ORIGIN}
          optional
          onInput={change('companion')}
        />
        <button type="submit" aria-disabled={busy}>
          {text('serverUse')}
        </button>
        <p role="status">{busy && text('serverBusy')}</p>
        {refused && (
          <p class="wrong" role="alert">
            {text('serverRefused')}
          </p>
        )}
        {failed && !refused && <ProblemNote problem={{ code: failed, at: Date.now() }} />}
      </form>
    </details>
  );
}

interface PresetProps {
  label: string;
  preset: ServerConfig | undefined;
  onChoose: (config: ServerConfig) => void;
}

function Preset({ label, preset, onChoose }: PresetProps) {
  if (!preset) return null;
  return (
    <button type="button" class="link" onClick={() => onChoose(preset)}>
      {label}
    </button>
  );
}

interface FieldProps {
  label: string;
  note: string;
  value: string;
  pattern: string;
  optional?: boolean;
  onInput: (value: string) => void;
}

function Field({ label, note, value, pattern, optional = false, onInput }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        dir="ltr"
        value={value}
        pattern={pattern}
        required={!optional}
        title={note}
        spellcheck={false}
        autocomplete="off"
        aria-describedby={`${id}-note`}
        onInput={({ currentTarget }) => onInput(currentTarget.value.trim())}
      />
      <p class="note" id={`${id}-note`}>
        {note}
      </p>
    </div>
  );
}
