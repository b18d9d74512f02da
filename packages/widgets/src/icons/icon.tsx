import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { builtInIcons } from './built-in.ts';
import { loadLucide } from './lucide.ts';

type IconProps = {
  /** A built-in name, `lucide:<name>` or `vendor:<anything>`. Any other name renders nothing. */
  name: string;
  /** Width and height: px as a number, or a CSS length. Without it the icon is as large as the text around it. */
  size?: number | string;
  class?: string;
  /** What the icon means. Without it the icon is decoration and hidden from assistive technology. */
  label?: string;
};

let base = '';

/** Says where the element's parts lie (a folder, with its closing slash), for icons loaded on demand. */
export function setIconBase(url: string): void {
  base = url;
}

/** Whether `Icon` draws something for a name; of Lucide's it is known only once they are asked for. */
export function isIcon(name: unknown): name is string {
  // A name such as "constructor" must not find what every object has.
  return typeof name === 'string' && (/^(lucide|vendor):/.test(name) || Object.hasOwn(builtInIcons, name));
}

/** Draws an icon in the colour of the text around it. An unknown icon renders nothing. */
export function Icon(props: IconProps): VNode | null {
  const { name } = props;
  if (!isIcon(name)) return null;
  if (name.startsWith('lucide:')) return <LucideIcon {...props} name={name.slice('lucide:'.length)} />;
  const known = name.startsWith('vendor:') ? 'vendor' : name;
  return <Drawing {...props} path={builtInIcons[known]!} />;
}

function LucideIcon(props: IconProps): VNode | null {
  const { name } = props;
  const [loaded, setLoaded] = useState<{ name: string; path: string | undefined }>();
  useEffect(() => {
    let wanted = true;
    loadLucide(base, name).then(
      (path) => wanted && setLoaded({ name, path }),
      // Offline, or a server without the files: a missing icon is not reported as an error.
      () => wanted && setLoaded({ name, path: undefined }),
    );
    return () => {
      wanted = false;
    };
  }, [name]);
  if (loaded?.name !== name) return <Drawing {...props} path="" />; // Holds the place, so that nothing jumps.
  return loaded.path ? <Drawing {...props} path={loaded.path} /> : null;
}

function Drawing({ path, size, class: className, label }: IconProps & { path: string }): VNode {
  const filled = path.startsWith('!');
  const side = size ?? '1em';
  return (
    <svg
      class={className ? `ck-icon ${className}` : 'ck-icon'}
      width={side}
      height={side}
      viewBox="0 0 24 24"
      fill={filled ? 'currentColor' : 'none'}
      fill-rule="evenodd"
      stroke={filled ? 'none' : 'currentColor'}
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      focusable="false"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : 'true'}
    >
      <path d={filled ? path.slice(1) : path} />
    </svg>
  );
}
