// A switch that takes effect at once.
import type { ComponentChildren, Ref } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  label: string;
  checked: boolean;
  /** Called within the click. The switch follows `checked`, which comes from the view. */
  onChange: (wanted: boolean) => void;
  /** For setting the focus. */
  input?: Ref<HTMLInputElement>;
  /** A note below the label. */
  children?: ComponentChildren;
}

export function Switch({ label, checked, onChange, input = null, children }: Props) {
  const id = useId();
  return (
    <div class="switch">
      <label for={id}>{label}</label>
      <input
        id={id}
        ref={input}
        type="checkbox"
        role="switch"
        checked={checked}
        aria-describedby={children === undefined ? undefined : `${id}-note`}
        onChange={({ currentTarget }) => {
          const wanted = currentTarget.checked;
          currentTarget.checked = checked;
          onChange(wanted);
        }}
      />
      {children !== undefined && (
        <div class="note" id={`${id}-note`}>
          {children}
        </div>
      )}
    </div>
  );
}
