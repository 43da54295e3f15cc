/** Kinds of values a request member may have. A kind converts what it accepts and returns `INVALID` for the rest. */

export const INVALID = Symbol('invalid');
export type Kind = (value: unknown) => unknown;

interface StringRules {
  readonly length?: number;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
  /** Whether `''` is fine. Everywhere else it is not. */
  readonly empty?: boolean;
}

/** A string. Numbers are not converted: FxA refuses `{"refresh_token": 7}`. */
export function string(rules: StringRules = {}): Kind {
  return (value) => {
    if (typeof value !== 'string') return INVALID;
    if (value === '') return rules.empty === true ? value : INVALID;
    const { length, min, max, pattern, oneOf } = rules;
    if (length !== undefined && value.length !== length) return INVALID;
    if (min !== undefined && value.length < min) return INVALID;
    if (max !== undefined && value.length > max) return INVALID;
    if (pattern !== undefined && !pattern.test(value)) return INVALID;
    if (oneOf !== undefined && !oneOf.includes(value)) return INVALID;
    return value;
  };
}

/** A number above zero, also as a string of one (forms). */
export function positive(max = Number.POSITIVE_INFINITY): Kind {
  return (value) => {
    const text = typeof value === 'string' ? value.trim() : value;
    const number = typeof text === 'string' && text !== '' ? Number(text) : text;
    return typeof number === 'number' && Number.isFinite(number) && number > 0 && number <= max
      ? number
      : INVALID;
  };
}

/** An integer from zero to `max`, also as a string of one. */
export function integer(max: number): Kind {
  return (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= max
      ? number
      : INVALID;
  };
}

/** A boolean, also as a string of one. */
export const boolean: Kind = (value) => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return INVALID;
};

/** An absolute URL of one of the schemes, at most `max` characters. */
export function url(schemes: readonly string[], max: number): Kind {
  return (value) => {
    if (typeof value !== 'string' || value === '' || value.length > max) return INVALID;
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(value)?.[1]?.toLowerCase();
    return scheme !== undefined && schemes.includes(scheme) && URL.canParse(value) && !/\s/.test(value)
      ? value
      : INVALID;
  };
}

/** The first kind that accepts the value. */
export function either(...kinds: readonly Kind[]): Kind {
  return (value) => {
    for (const kind of kinds) {
      const accepted = kind(value);
      if (accepted !== INVALID) return accepted;
    }
    return INVALID;
  };
}

/** `null`, or what `kind` accepts. */
export function nullable(kind: Kind): Kind {
  return (value) => (value === null ? null : kind(value));
}
