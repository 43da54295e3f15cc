// Changes the account's picture, in a separate page because a file picker closes the popup.
import { useRef, useState } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { textFor } from '../../messages.ts';
import { AccountCard } from '../shared/account-card.tsx';
import { Heading } from '../shared/layout.tsx';
import { CommandError, useCommandError } from '../shared/problem-note.tsx';
import { text } from '../shared/text.tsx';
import { call } from '../../browser/messaging.ts';
import { draw } from './draw.ts';

type Step = 'choosing' | 'chosen' | 'unreadable' | 'sending' | 'done';

export function Picture({ view }: { view: View }) {
  const { account, issuer } = view;
  return (
    <main class="wide">
      <Heading>{text('pictureTitle')}</Heading>
      {account && <AccountCard account={account} />}
      {account?.mayChange?.includes('picture') ? (
        <Chooser key={account.uid} uid={account.uid} />
      ) : (
        <p>
          {text('pictureNotHere')}{' '}
          {issuer !== undefined && <a href={`${issuer}/settings`}>{text('manageAccount')}</a>}
        </p>
      )}
    </main>
  );
}

function Chooser({ uid }: { uid: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const status = useRef<HTMLParagraphElement>(null);
  const picture = useRef('');
  const [step, setStep] = useState<Step>('choosing');
  const { failed, attempt } = useCommandError();

  const choose = (file: File | undefined) => {
    if (!file || !canvas.current || step === 'sending') return;
    void attempt();
    draw(file, canvas.current).then(
      (drawn) => {
        picture.current = drawn;
        setStep('chosen');
      },
      () => setStep('unreadable'),
    );
  };
  const send = async () => {
    if (step === 'sending') return;
    setStep('sending');
    const error = await attempt(call('changePicture', textFor(uid, picture.current)));
    setStep(error === undefined ? 'done' : error === 'invalid_request' ? 'unreadable' : 'chosen');
    // Moves the focus, because the pressed button is gone.
    if (error === undefined) status.current?.focus();
  };

  const drawn = step !== 'choosing' && step !== 'unreadable';
  return (
    <>
      <p class="note" id="limits">
        {text('pictureLimits')}
      </p>
      <label
        class="drop"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          choose(event.dataTransfer?.files[0]);
        }}
      >
        {text('pictureChoose')}
        <input
          type="file"
          accept="image/png,image/jpeg"
          aria-describedby="limits"
          onChange={({ currentTarget }) => choose(currentTarget.files?.[0])}
        />
      </label>
      <canvas ref={canvas} class="preview" hidden={!drawn} role="img" aria-label={text('picturePreview')} />
      {(step === 'chosen' || step === 'sending') && (
        <button type="button" class="primary" aria-disabled={step === 'sending'} onClick={() => void send()}>
          {text('pictureSend')}
        </button>
      )}
      <p role="status" ref={status} tabIndex={-1}>
        {step === 'unreadable' && text('pictureUnreadable')}
        {step === 'sending' && text('pictureSending')}
        {step === 'done' && text('pictureDone')}
      </p>
      <CommandError code={failed} except="invalid_request" />
    </>
  );
}
