/** Handles the panel's forms. */
import type { Faults } from './faults.ts';
import { type Fault, NOTHING_WRONG, type Settings } from './model.ts';
import { FaultError, parseFaults } from './parse.ts';
import { EVENT_SWITCHES, presetOf } from './presets.ts';

export type Form = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** The filled-in number fields. Invalid numbers are passed on, for the parser to reject. */
function numbers(form: Form, names: readonly string[]): Record<string, unknown> {
  const filled = names.filter((name) => text(form[name]) !== '');
  return Object.fromEntries(filled.map((name) => [name, Number(text(form[name]))]));
}

/** The form fields that each kind uses; others are ignored. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  status: ['status', 'errno', 'retryAfter'],
  html: ['status', 'retryAfter'],
  slow: ['ms'],
  'not-json': ['status'],
  empty: ['status'],
};

function faultOf(form: Form): unknown {
  const [kind = '', variant] = text(form.kind).split(':');
  const shape = variant === undefined ? {} : kind === 'slow' ? { at: variant } : { cut: variant };
  return {
    where: form.where,
    what: { kind, ...shape, ...numbers(form, MEMBERS[kind] ?? []) },
    ...numbers(form, ['times', 'skip', 'seconds']),
  };
}

function setPreset(faults: Faults, name: string): void {
  const preset = presetOf(name);
  if (preset === undefined) throw new FaultError('There is no such button.');
  if (preset.change !== undefined) faults.change(preset.change(faults.settings));
  if (preset.fault !== undefined) addOnce(faults, preset.fault);
}

/** Pressing a button twice restarts its fault instead of adding another. */
function addOnce(faults: Faults, fault: Fault): void {
  const same = JSON.stringify(parseFaults([fault])[0]);
  for (const entry of faults.list()) if (JSON.stringify(entry.fault) === same) faults.remove(entry.id);
  faults.add(fault);
}

/** Handles a form. Throws `FaultError` with a sentence for the user. */
export function actOnForm(faults: Faults, form: Form): void {
  switch (form.intent) {
    case 'preset': {
      setPreset(faults, text(form.preset));
      return;
    }
    case 'add': {
      const [fault] = parseFaults([faultOf(form)]);
      if (fault !== undefined) faults.add(fault);
      return;
    }
    case 'remove': {
      faults.remove(Number(text(form.id)));
      return;
    }
    case 'put-right': {
      const name = text(form.setting);
      if (!Object.hasOwn(NOTHING_WRONG, name)) throw new FaultError('There is no such setting.');
      faults.change({ [name]: NOTHING_WRONG[name as keyof Settings] });
      return;
    }
    case 'switch-on': {
      const found = EVENT_SWITCHES.find(({ setting }) => setting === form.setting);
      if (found === undefined) throw new FaultError('There is no such setting.');
      faults.change({ [found.setting]: true });
      return;
    }
    case 'clear': {
      faults.clear();
      return;
    }
    default:
      throw new FaultError('There is no such form.');
  }
}
