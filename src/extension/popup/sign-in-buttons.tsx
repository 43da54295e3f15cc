// The ways to sign in: the browser's own window, or a tab of one's own.
import { useState } from 'preact/hooks';
import { CommandButton } from '../ui/command-button.tsx';
import { text } from '../ui/text.ts';
import { facts } from '../page-facts.ts';
import { askForReturnPage } from '../webext/permissions.ts';

interface Props {
  label: string;
  /** Where the browser has no window of its own, the tab is what is left. */
  windowless: boolean;
}

export function SignInButtons({ label, windowless }: Props) {
  return (
    <>
      <CommandButton command="signIn" label={label} look={windowless ? 'secondary' : 'primary'} />
      <TabButton look={windowless ? 'primary' : 'link'} />
    </>
  );
}

function TabButton({ look }: { look: 'primary' | 'link' }) {
  const [refused, setRefused] = useState(false);
  const { returnPagePattern } = facts;
  if (returnPagePattern === undefined) return null;
  // The question may close this popup; the background hears of the answer by itself.
  const ask = () => {
    askForReturnPage([returnPagePattern]).then(
      (granted) => setRefused(!granted),
      () => setRefused(true),
    );
  };
  return (
    <>
      <CommandButton command="signInInTab" label={text('signInInTab')} look={look} onClick={ask} />
      {refused && (
        <p class="note" role="alert">
          {text('tabRefused')}
        </p>
      )}
    </>
  );
}
