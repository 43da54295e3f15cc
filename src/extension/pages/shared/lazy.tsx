// A component that is not needed for the first paint and is loaded when first rendered.
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** `load` is called once per page. Renders nothing until it resolves. */
export function lazy<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  let loading: Promise<void> | undefined;
  let Loaded: FunctionComponent<Props> | undefined;
  return function Lazy(props) {
    const [, setHere] = useState(false);
    loading ??= load().then((part) => {
      Loaded = part;
    });
    useEffect(() => {
      void loading?.then(() => setHere(true));
    }, []);
    return Loaded ? <Loaded {...props} /> : null;
  };
}
