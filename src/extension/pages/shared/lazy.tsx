// A part of a page that is not needed for its first paint: fetched when it is first drawn, and drawn when it is here.
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** `load` is asked once in the life of a page. Nothing stands in the part's place until then. */
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
