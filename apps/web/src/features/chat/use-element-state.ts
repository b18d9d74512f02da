import { useEffect, useState } from 'react';

/**
 * Whether `<openai-chatkit>` is there. The script in index.html is async and holds back the window's load event, so
 * when that event has passed without a definition the script has failed.
 */
export function useElementState(): 'loading' | 'ready' | 'missing' {
  const [state, setState] = useState<'loading' | 'ready' | 'missing'>(() =>
    customElements.get('openai-chatkit') ? 'ready' : 'loading',
  );
  useEffect(() => {
    if (state === 'ready') return;
    let active = true;
    void customElements.whenDefined('openai-chatkit').then(() => active && setState('ready'));
    const judge = () => {
      if (active && !customElements.get('openai-chatkit')) setState('missing');
    };
    if (document.readyState === 'complete') judge();
    else addEventListener('load', judge, { once: true });
    return () => {
      active = false;
      removeEventListener('load', judge);
    };
  }, [state]);
  return state;
}
