export { Icon, isIcon, setIconBase } from './icon.tsx';
